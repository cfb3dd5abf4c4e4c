<?xml version="1.0" encoding="UTF-8"?>
<!-- One metric of one element: all its instances, page by page. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>
  <xsl:include href="chart.xsl"/>
  <xsl:include href="value.xsl"/>

  <xsl:template match="PAGE" mode="head">
    <link rel="stylesheet" href="{@base}/stylesheets/uPlot.min.css"/>
  </xsl:template>

  <xsl:template match="PAGE" mode="main">
    <xsl:variable name="element" select="ELEMENT"/>
    <xsl:for-each select="key('element', concat(ELEMENT/@kind, '|', ELEMENT/@manager, '|', ELEMENT/@id))">
      <nav class="crumbs" aria-label="Where you are">
        <a href="{$element/@pageHref}">
          <xsl:call-template name="icon"><xsl:with-param name="name">back</xsl:with-param></xsl:call-template>
          <xsl:choose>
            <xsl:when test="@label"><xsl:value-of select="@label"/></xsl:when>
            <xsl:otherwise><xsl:value-of select="@id"/></xsl:otherwise>
          </xsl:choose>
        </a>
      </nav>
    </xsl:for-each>
    <div class="heading">
      <h1><xsl:value-of select="QUERY/@metric"/><xsl:text> </xsl:text><span class="count"><xsl:value-of select="QUERY/@all"/></span></h1>
      <xsl:call-template name="table-filter"><xsl:with-param name="label">Filter the values</xsl:with-param></xsl:call-template>
    </div>
    <xsl:apply-templates select="CHART"/>
    <xsl:choose>
      <xsl:when test="VALUE">
        <div class="card table">
          <table class="list values">
            <caption class="hidden"><xsl:value-of select="QUERY/@metric"/></caption>
            <thead>
              <tr>
                <xsl:call-template name="sort-head"><xsl:with-param name="name">instance</xsl:with-param><xsl:with-param name="word">Instance</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head">
                  <xsl:with-param name="name">value</xsl:with-param>
                  <xsl:with-param name="word">Value</xsl:with-param>
                  <xsl:with-param name="class"><xsl:if test="VALUE[1]/@numeric = 'true'">number</xsl:if></xsl:with-param>
                </xsl:call-template>
                <th scope="col" class="sparkcell">Last hour</th><th scope="col" class="number age">Age</th>
              </tr>
            </thead>
            <tbody>
              <xsl:for-each select="VALUE">
                <xsl:call-template name="value"><xsl:with-param name="name" select="@instance"/></xsl:call-template>
              </xsl:for-each>
            </tbody>
          </table>
        </div>
      </xsl:when>
      <xsl:otherwise><p class="empty">Nothing matches. <a href="{QUERY/@allHref}">Show all</a></p></xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="pager"><xsl:with-param name="what">values</xsl:with-param></xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
