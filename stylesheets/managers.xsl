<?xml version="1.0" encoding="UTF-8"?>
<!-- All managers that are known here, and what is wrong with the pool. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>
  <xsl:include href="manager-card.xsl"/>
  <xsl:include href="pool.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <xsl:variable name="pooled" select="MANAGER/@member = 'true'"/>
    <div class="heading"><h1>Managers</h1></div>
    <xsl:apply-templates select="POOL" mode="sentences"/>
    <xsl:choose>
      <xsl:when test="POOL/@standing = 'alone'"><p class="note">This manager is not in a pool: nobody takes over from it.</p></xsl:when>
      <xsl:when test="POOL/@standing != 'seeking'"><xsl:apply-templates select="POOL" mode="card"/></xsl:when>
    </xsl:choose>
    <div class="card table">
      <table class="list managers">
        <caption class="hidden">Managers</caption>
        <thead>
          <tr>
            <th scope="col">State</th><th scope="col">Manager</th>
            <xsl:if test="$pooled"><th scope="col" class="p1">Pool role</th></xsl:if>
            <th scope="col" class="number"><xsl:choose><xsl:when test="$pooled">Owns</xsl:when><xsl:otherwise>Elements</xsl:otherwise></xsl:choose></th>
            <xsl:if test="$pooled"><th scope="col" class="number p1">Stands in for</th><th scope="col" class="number p1">Of its capacity</th></xsl:if>
            <th scope="col" class="number p2">Up for</th><th scope="col" class="number p3">Polls</th>
            <th scope="col" class="number p3">Late by</th><th scope="col" class="number p3">Load</th><th scope="col" class="number p3">Memory</th><th scope="col" class="p3">Version</th><th scope="col" class="p1">Pages</th>
          </tr>
        </thead>
        <tbody><xsl:apply-templates select="MANAGER"/></tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="MANAGER">
    <xsl:variable name="status" select="../p:getStatusResponse/p:managers[p:id = current()/@id]"/>
    <xsl:variable name="pooled" select="../MANAGER/@member = 'true'"/>
    <tr>
      <xsl:if test="@poolRole = 'master'"><xsl:attribute name="class">selected</xsl:attribute></xsl:if>
      <td><xsl:apply-templates select="." mode="condition"/></td>
      <th scope="row">
        <a class="title" href="{@href}"><xsl:value-of select="@id"/></a>
        <span class="alias"><xsl:value-of select="@name"/></span>
        <span class="about"><xsl:apply-templates select="." mode="role"/></span>
        <xsl:if test="$pooled"><span class="phone"><xsl:apply-templates select="." mode="pool-role"/></span></xsl:if>
        <xsl:apply-templates select="." mode="standing"/>
      </th>
      <xsl:if test="$pooled"><td class="p1 roles"><xsl:apply-templates select="." mode="pool-role"/></td></xsl:if>
      <td class="number">
        <xsl:choose>
          <xsl:when test="@member = 'true'"><xsl:value-of select="@owns"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="@elements"/></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="@attention &gt; 0"><span class="strong small"><xsl:value-of select="@attention"/> need attention</span></xsl:if>
      </td>
      <xsl:if test="$pooled">
        <td class="number p1"><xsl:value-of select="@standsInFor"/></td>
        <td class="number p1 used"><xsl:if test="@usedShare and @standing != 'gone'"><xsl:value-of select="@used"/><xsl:call-template name="meter"><xsl:with-param name="share" select="@usedShare"/><xsl:with-param name="busy" select="@busy"/></xsl:call-template></xsl:if></td>
      </xsl:if>
      <td class="number p2"><xsl:value-of select="@uptime"/></td>
      <td class="number p3"><xsl:value-of select="@pollRate"/></td>
      <td class="number p3"><xsl:value-of select="@pollLag"/></td>
      <td class="number p3"><xsl:value-of select="@load"/></td>
      <td class="number p3"><xsl:value-of select="@memory"/></td>
      <td class="p3"><xsl:value-of select="$status/p:version"/></td>
      <td class="p1"><xsl:if test="@pages"><a href="{@pages}">Open<span class="hidden"> the pages of <xsl:value-of select="@id"/></span></a></xsl:if></td>
    </tr>
  </xsl:template>

  <!-- Why it is not well, and when it is given its own back. -->
  <xsl:template match="MANAGER" mode="standing">
    <xsl:choose>
      <xsl:when test="@standingReason"><span class="reason"><xsl:value-of select="@standingReason"/></span></xsl:when>
      <xsl:when test="@reason"><span class="reason"><xsl:value-of select="@reason"/></span></xsl:when>
    </xsl:choose>
    <xsl:if test="@returnsIn"><span class="reason">is given its own back in <xsl:value-of select="@returnsIn"/></span></xsl:if>
  </xsl:template>
</xsl:stylesheet>
