<?xml version="1.0" encoding="UTF-8"?>
<!-- Alarms: what stands open, the worst first, and what is over. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>
  <xsl:include href="alarm-list.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <div class="heading">
      <h1><xsl:value-of select="@title"/></h1>
      <form class="filter" method="get" action="{QUERY/@path}" role="search" aria-label="Filter the alarms">
        <xsl:if test="QUERY/@element != ''"><input type="hidden" name="element" value="{QUERY/@element}"/></xsl:if>
        <label class="grow"><span>Search</span><input type="search" name="q" value="{QUERY/@q}" maxlength="256" autocomplete="off"/></label>
        <label><span>State</span>
          <select name="state">
            <xsl:for-each select="QUERY/STATE">
              <option value="{@name}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@label"/></option>
            </xsl:for-each>
          </select>
        </label>
        <label><span>Severity</span>
          <select name="severity">
            <option value="">any</option>
            <xsl:for-each select="QUERY/SEVERITY">
              <option value="{@name}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
                <xsl:choose><xsl:when test="@name = 'indeterminate'">info</xsl:when><xsl:otherwise><xsl:value-of select="@name"/></xsl:otherwise></xsl:choose>
                <xsl:if test="position() &gt; 1"> or worse</xsl:if></option>
            </xsl:for-each>
          </select>
        </label>
        <label><span>Changed within</span>
          <select name="range">
            <option value="">all time</option>
            <xsl:for-each select="QUERY/RANGE">
              <option value="{@name}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@label"/></option>
            </xsl:for-each>
          </select>
        </label>
        <label class="extra"><span>Manager</span><input type="text" name="manager" placeholder=" " value="{QUERY/@manager}" size="8" maxlength="256" autocomplete="off"/></label>
        <label class="p2"><span>Rows</span>
          <select name="size">
            <xsl:for-each select="QUERY/SIZE">
              <option value="{@size}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@size"/></option>
            </xsl:for-each>
          </select>
        </label>
        <button type="submit">Filter</button>
        <xsl:if test="QUERY/@filtered = 'true'"><a class="reset" href="{QUERY/@path}">Show all</a></xsl:if>
      </form>
    </div>
    <xsl:apply-templates select="NOTICE"/>
    <xsl:if test="QUERY/@element != ''"><p class="note">Only <b><xsl:value-of select="QUERY/@element"/></b></p></xsl:if>
    <xsl:call-template name="missing"/>
    <xsl:apply-templates select="ALARMS"/>
    <xsl:choose>
      <xsl:when test="p:getAlarmsResponse/p:alarms">
        <xsl:call-template name="alarm-form"/>
        <div class="card table"><xsl:call-template name="alarm-table"><xsl:with-param name="caption" select="@title"/></xsl:call-template></div>
      </xsl:when>
      <xsl:when test="QUERY/@total &gt; 0"><p class="empty">The list has no page <xsl:value-of select="QUERY/@page"/>. <a href="{QUERY/@firstHref}">First page</a></p></xsl:when>
      <xsl:when test="QUERY/@filtered = 'true'"><p class="empty">Nothing matches. <a href="{QUERY/@path}">Show all that is open</a></p></xsl:when>
      <xsl:otherwise><p class="empty">Nothing stands open. <a href="{QUERY/@path}?state=cleared">What is over</a></p></xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="pager"><xsl:with-param name="what">alarms</xsl:with-param></xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
