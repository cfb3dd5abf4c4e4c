<?xml version="1.0" encoding="UTF-8"?>
<!-- Devices, services or applications as a table; filter, order and page come from the server. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <div class="heading">
      <h1><xsl:value-of select="@title"/></h1>
      <form class="filter" method="get" action="{QUERY/@path}" role="search" aria-label="Filter the list">
        <xsl:if test="QUERY/@sort != '-status'"><input type="hidden" name="sort" value="{QUERY/@sort}"/></xsl:if>
        <label class="grow"><span>Search</span><input type="search" name="q" value="{QUERY/@q}" maxlength="256" autocomplete="off"/></label>
        <label><span>Status</span>
          <select name="status">
            <option value="">any</option>
            <xsl:for-each select="QUERY/STATUS">
              <option value="{@name}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@name"/></option>
            </xsl:for-each>
          </select>
        </label>
        <label><span>Type</span><input type="text" name="type" value="{QUERY/@type}" size="10" maxlength="256" autocomplete="off"/></label>
        <label class="extra"><span>Site</span><input type="text" name="site" placeholder=" " value="{QUERY/@site}" size="10" maxlength="256" autocomplete="off"/></label>
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
    <xsl:call-template name="missing"/>
    <xsl:choose>
      <xsl:when test="ROW">
        <div class="card table">
          <table class="list elements">
            <caption class="hidden"><xsl:value-of select="@title"/></caption>
            <thead>
              <tr>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">status</xsl:with-param><xsl:with-param name="word">Status</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">label</xsl:with-param><xsl:with-param name="word">Name</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">since</xsl:with-param><xsl:with-param name="word">For</xsl:with-param><xsl:with-param name="class">number p1</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">type</xsl:with-param><xsl:with-param name="word">Type</xsl:with-param><xsl:with-param name="class">p2</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">address</xsl:with-param><xsl:with-param name="word">Address</xsl:with-param><xsl:with-param name="class">p2</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">site</xsl:with-param><xsl:with-param name="word">Site</xsl:with-param><xsl:with-param name="class">p3</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">manager</xsl:with-param><xsl:with-param name="word">Manager</xsl:with-param><xsl:with-param name="class">p3</xsl:with-param></xsl:call-template>
                <th scope="col" class="number p3">Response</th>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">cost</xsl:with-param><xsl:with-param name="word">Cost</xsl:with-param><xsl:with-param name="class">number p3</xsl:with-param></xsl:call-template>
              </tr>
            </thead>
            <tbody><xsl:apply-templates select="ROW"/></tbody>
          </table>
        </div>
      </xsl:when>
      <xsl:when test="QUERY/@total &gt; 0"><p class="empty">The list has no page <xsl:value-of select="QUERY/@page"/>.</p></xsl:when>
      <xsl:when test="QUERY/@filtered = 'true'"><p class="empty">Nothing matches. <a href="{QUERY/@path}">Show all</a></p></xsl:when>
      <xsl:otherwise><p class="empty">There are none.</p></xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="pager"><xsl:with-param name="what" select="concat(QUERY/@kind, 's')"/></xsl:call-template>
  </xsl:template>

  <xsl:template match="ROW">
    <xsl:variable name="row" select="."/>
    <xsl:for-each select="key('element', concat(@kind, '|', @manager, '|', @id))">
      <tr>
        <td><xsl:call-template name="status"><xsl:with-param name="status" select="@status"/></xsl:call-template></td>
        <th scope="row">
          <a class="title" href="{$row/@href}">
            <xsl:choose>
              <xsl:when test="@label"><xsl:value-of select="@label"/></xsl:when>
              <xsl:otherwise><xsl:value-of select="@id"/></xsl:otherwise>
            </xsl:choose>
          </a>
          <xsl:if test="@label and @label != @id"><span class="id"><xsl:value-of select="@id"/></span></xsl:if>
          <xsl:if test="@reason and @status != 'normal'"><span class="reason"><xsl:value-of select="@reason"/></span></xsl:if>
          <xsl:if test="$row/@for"><span class="phone">for <xsl:value-of select="$row/@for"/></span></xsl:if>
        </th>
        <td class="number p1"><xsl:value-of select="$row/@for"/></td>
        <td class="p2"><xsl:value-of select="@type"/></td>
        <td class="p2 address">
          <xsl:choose>
            <xsl:when test="@ip"><xsl:value-of select="@ip"/></xsl:when>
            <xsl:otherwise><xsl:value-of select="@dnsname"/></xsl:otherwise>
          </xsl:choose>
        </td>
        <td class="p3">
          <xsl:choose>
            <xsl:when test="../../Site/@label"><xsl:value-of select="../../Site/@label"/></xsl:when>
            <xsl:when test="../../Site/@id"><xsl:value-of select="../../Site/@id"/></xsl:when>
            <xsl:otherwise><xsl:value-of select="Location"/></xsl:otherwise>
          </xsl:choose>
        </td>
        <td class="p3"><a href="{$row/@managerHref}"><xsl:value-of select="$row/@owner"/></a></td>
        <td class="number p3"><xsl:value-of select="$row/@response"/></td>
        <td class="number p3"><xsl:value-of select="$row/@cost"/></td>
      </tr>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
