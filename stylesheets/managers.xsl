<?xml version="1.0" encoding="UTF-8"?>
<!-- All managers that are known here. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>
  <xsl:include href="manager-card.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <div class="heading"><h1>Managers</h1></div>
    <div class="card table">
      <table class="list managers">
        <caption class="hidden">Managers</caption>
        <thead>
          <tr>
            <th scope="col">State</th><th scope="col">Manager</th><th scope="col" class="number">Elements</th>
            <th scope="col" class="p2">Pool role</th><th scope="col" class="number p2">Up for</th><th scope="col" class="number p2">Polls</th>
            <th scope="col" class="number p3">Late by</th><th scope="col" class="number p3">Load</th><th scope="col" class="number p3">Memory</th><th scope="col" class="p3">Version</th><th scope="col">Pages</th>
          </tr>
        </thead>
        <tbody><xsl:apply-templates select="MANAGER"/></tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="MANAGER">
    <xsl:variable name="status" select="../p:getStatusResponse/p:managers[p:id = current()/@id]"/>
    <tr>
      <td><xsl:apply-templates select="." mode="condition"/></td>
      <th scope="row">
        <a class="title" href="{@href}"><xsl:value-of select="@id"/></a>
        <span class="alias"><xsl:value-of select="@name"/></span>
        <span class="about"><xsl:apply-templates select="." mode="role"/></span>
        <xsl:if test="@reason and @condition != 'normal'"><span class="reason"><xsl:value-of select="@reason"/></span></xsl:if>
      </th>
      <td class="number"><xsl:value-of select="@elements"/><xsl:if test="@attention &gt; 0"><span class="strong small"><xsl:value-of select="@attention"/> need attention</span></xsl:if></td>
      <td class="p2"><xsl:if test="$status/p:poolRole != 'none'"><xsl:value-of select="$status/p:poolRole"/></xsl:if></td>
      <td class="number p2"><xsl:value-of select="@uptime"/></td>
      <td class="number p2"><xsl:value-of select="@pollRate"/></td>
      <td class="number p3"><xsl:value-of select="@pollLag"/></td>
      <td class="number p3"><xsl:value-of select="@load"/></td>
      <td class="number p3"><xsl:value-of select="@memory"/></td>
      <td class="p3"><xsl:value-of select="$status/p:version"/></td>
      <td><xsl:if test="@pages"><a href="{@pages}">Open<span class="hidden"> the pages of <xsl:value-of select="@id"/></span></a></xsl:if></td>
    </tr>
  </xsl:template>
</xsl:stylesheet>
