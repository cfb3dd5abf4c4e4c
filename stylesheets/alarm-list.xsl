<?xml version="1.0" encoding="UTF-8"?>
<!-- Alarms as rows, on the page of all and on those of elements and managers; counts by severity; what is done with them. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:key name="alarm" match="ALARM" use="@id"/>

  <!-- What the form that led here has done. -->
  <xsl:template match="NOTICE">
    <p class="banner s-normal" role="status">
      <xsl:call-template name="icon"><xsl:with-param name="name">normal</xsl:with-param></xsl:call-template>
      <span>
        <xsl:choose>
          <xsl:when test="@count = 1">The alarm was </xsl:when>
          <xsl:otherwise><xsl:value-of select="@count"/> alarms were </xsl:otherwise>
        </xsl:choose>
        <xsl:value-of select="@notice"/>
        <xsl:if test="@alone = 'true'">; no other manager has that on disk yet</xsl:if>.</span>
    </p>
  </xsl:template>

  <xsl:template match="ALARMS">
    <ul class="counts severities">
      <xsl:for-each select="COUNT">
        <li>
          <a href="{@href}"><b><xsl:value-of select="@count"/></b><xsl:text> </xsl:text><xsl:call-template name="severity"><xsl:with-param name="severity" select="@severity"/></xsl:call-template></a>
        </li>
      </xsl:for-each>
    </ul>
  </xsl:template>

  <!--
    The alarms of the answer. Ticks belong to the form below by its id, not by standing in it: the rows are renewed while
    somebody writes a note.
  -->
  <xsl:template name="alarm-table">
    <xsl:param name="of-one" select="false()"/>
    <xsl:param name="past" select="false()"/>
    <xsl:param name="caption">Alarms</xsl:param>
    <xsl:variable name="may" select="FORM/@mayAct = 'true' and p:getAlarmsResponse/p:alarms[p:state != 'cleared']"/>
    <table class="list alarms">
      <caption class="hidden"><xsl:value-of select="$caption"/></caption>
      <thead>
        <tr>
          <xsl:if test="$may"><th scope="col" class="pick"><span class="hidden">Choose</span></th></xsl:if>
          <xsl:choose>
            <xsl:when test="QUERY/SORT[@column = 'severity']">
              <xsl:call-template name="sort-head"><xsl:with-param name="name">severity</xsl:with-param><xsl:with-param name="word">Severity</xsl:with-param></xsl:call-template>
              <xsl:call-template name="sort-head"><xsl:with-param name="name">element</xsl:with-param><xsl:with-param name="word">Alarm</xsl:with-param></xsl:call-template>
              <xsl:call-template name="sort-head"><xsl:with-param name="name">raised</xsl:with-param><xsl:with-param name="word">For</xsl:with-param><xsl:with-param name="class">number p1</xsl:with-param></xsl:call-template>
              <xsl:call-template name="sort-head"><xsl:with-param name="name">state</xsl:with-param><xsl:with-param name="word">Seen to</xsl:with-param><xsl:with-param name="class">p1</xsl:with-param></xsl:call-template>
              <xsl:call-template name="sort-head"><xsl:with-param name="name">count</xsl:with-param><xsl:with-param name="word">Times</xsl:with-param><xsl:with-param name="class">number p2</xsl:with-param></xsl:call-template>
              <xsl:call-template name="sort-head"><xsl:with-param name="name">manager</xsl:with-param><xsl:with-param name="word">Manager</xsl:with-param><xsl:with-param name="class">p3</xsl:with-param></xsl:call-template>
            </xsl:when>
            <xsl:otherwise>
              <th scope="col">Severity</th><th scope="col">Alarm</th><th scope="col" class="number p1">For</th>
              <th scope="col" class="p1">Seen to</th><th scope="col" class="number p2">Times</th>
              <xsl:if test="not($of-one)"><th scope="col" class="p3">Manager</th></xsl:if>
            </xsl:otherwise>
          </xsl:choose>
        </tr>
      </thead>
      <tbody>
        <xsl:for-each select="p:getAlarmsResponse/p:alarms">
          <xsl:call-template name="alarm-row"><xsl:with-param name="of-one" select="$of-one"/><xsl:with-param name="may" select="$may"/></xsl:call-template>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>

  <xsl:template name="alarm-row">
    <xsl:param name="of-one" select="false()"/>
    <xsl:param name="may" select="false()"/>
    <xsl:variable name="alarm" select="."/>
    <xsl:variable name="own" select="key('alarm', p:id)"/>
    <tr id="alarm-{p:id}">
      <xsl:if test="p:state != 'raised'"><xsl:attribute name="class">quiet</xsl:attribute></xsl:if>
      <xsl:if test="$may">
        <td class="pick"><xsl:if test="p:state != 'cleared'"><input type="checkbox" name="alarm" value="{p:id}" form="alarm-form" aria-label="Choose: {p:text}"/></xsl:if></td>
      </xsl:if>
      <td>
        <xsl:choose>
          <xsl:when test="p:severity = 'cleared'"><xsl:call-template name="severity"><xsl:with-param name="severity">cleared</xsl:with-param></xsl:call-template><span class="small note">was <xsl:value-of select="p:worst"/></span></xsl:when>
          <xsl:otherwise>
            <xsl:call-template name="severity"><xsl:with-param name="severity" select="p:severity"/></xsl:call-template>
            <xsl:if test="p:worst != p:severity"><span class="small note">was <xsl:value-of select="p:worst"/></span></xsl:if>
          </xsl:otherwise>
        </xsl:choose>
      </td>
      <th scope="row">
        <span class="text"><xsl:value-of select="p:text"/></span>
        <span class="about">
          <xsl:for-each select="p:element[not($of-one)] | p:about">
            <xsl:choose>
              <xsl:when test="$own/@href"><a href="{$own/@href}"><xsl:value-of select="."/></a></xsl:when>
              <xsl:otherwise><span><xsl:value-of select="."/></span></xsl:otherwise>
            </xsl:choose>
          </xsl:for-each>
          <xsl:if test="p:about"><span>told to <xsl:value-of select="p:manager"/></span></xsl:if>
          <xsl:if test="not(p:element) and not(p:about) and not($of-one)"><span>of the manager itself</span></xsl:if>
          <span class="kind"><xsl:value-of select="p:name"/></span>
          <xsl:if test="p:source"><span>from <xsl:value-of select="p:source"/></span></xsl:if>
          <xsl:if test="p:flapping = 'true'"><span class="strong">comes and goes</span></xsl:if>
          <xsl:if test="p:silencedBy"><span>silenced by <xsl:value-of select="p:silencedBy"/></span></xsl:if>
        </span>
        <xsl:for-each select="p:root">
          <span class="about"><span>follows from </span>
            <xsl:choose>
              <xsl:when test="$own/@rootHref"><a href="{$own/@rootHref}"><xsl:value-of select="p:element"/></a></xsl:when>
              <xsl:otherwise><span><xsl:value-of select="p:element"/></span></xsl:otherwise>
            </xsl:choose>
            <span><xsl:value-of select="p:why"/></span>
          </span>
        </xsl:for-each>
        <span class="phone">for <xsl:value-of select="$own/@for"/><xsl:if test="p:acknowledged">, seen to by <xsl:value-of select="p:acknowledged/p:by"/></xsl:if></span>
      </th>
      <td class="number p1"><xsl:value-of select="$own/@for"/></td>
      <td class="p1">
        <xsl:choose>
          <xsl:when test="p:state != 'raised'"/>
          <xsl:when test="p:silencedBy or p:root">nobody</xsl:when>
          <xsl:otherwise><span class="strong">nobody yet</span></xsl:otherwise>
        </xsl:choose>
        <xsl:for-each select="p:acknowledged">
          <span><b><xsl:value-of select="p:by"/></b>, <xsl:value-of select="$own/@acknowledged"/> ago</span>
          <xsl:if test="p:note"><span class="small note"><xsl:value-of select="p:note"/></span></xsl:if>
        </xsl:for-each>
        <xsl:for-each select="p:cleared">
          <span class="small note">cleared by <xsl:value-of select="p:by"/>, <xsl:value-of select="$own/@cleared"/> ago<xsl:if test="p:note">: <xsl:value-of select="p:note"/></xsl:if></span>
        </xsl:for-each>
      </td>
      <td class="number p2"><xsl:value-of select="p:count"/></td>
      <xsl:if test="not($of-one)"><td class="p3"><a href="{$own/@managerHref}"><xsl:value-of select="p:manager"/></a></td></xsl:if>
    </tr>
  </xsl:template>

  <!-- For those that are ticked; nothing where its reader may not. -->
  <xsl:template name="alarm-form">
    <xsl:if test="FORM/@mayAct = 'true' and p:getAlarmsResponse/p:alarms[p:state != 'cleared']">
      <form class="act line" id="alarm-form" method="post" action="{FORM/@href}">
        <input type="hidden" name="token" value="{@token}"/>
        <input type="hidden" name="back" value="{FORM/@back}"/>
        <label class="grow"><span>Note</span><input type="text" name="note" maxlength="1000" size="34" autocomplete="off"/></label>
        <button class="main" type="submit" name="action" value="acknowledge">Acknowledge those ticked</button>
        <button type="submit" name="action" value="clear">Clear them</button>
      </form>
    </xsl:if>
  </xsl:template>

  <!-- On the page of an element or a manager: what stands open there. -->
  <xsl:template name="alarm-card">
    <xsl:param name="all"/>
    <xsl:if test="p:getAlarmsResponse/p:alarms">
      <section class="card table alarm-card" aria-labelledby="alarms">
        <h2 id="alarms">Open alarms <span class="count"><xsl:value-of select="p:getAlarmsResponse/p:total"/></span></h2>
        <xsl:call-template name="alarm-table"><xsl:with-param name="of-one" select="true()"/><xsl:with-param name="caption">Open alarms</xsl:with-param></xsl:call-template>
        <xsl:call-template name="alarm-form"/>
        <p class="more padded"><a href="{$all}"><xsl:choose><xsl:when test="p:getAlarmsResponse/p:total &gt; count(p:getAlarmsResponse/p:alarms)">All of them, and those that are over</xsl:when><xsl:otherwise>Those that are over</xsl:otherwise></xsl:choose></a></p>
      </section>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
