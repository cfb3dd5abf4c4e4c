<?xml version="1.0" encoding="UTF-8"?>
<!-- A manager in a list of managers, and a row of its facts. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:template match="MANAGER" mode="card">
    <li class="card manager">
      <div class="line">
        <a class="title" href="{@href}"><xsl:value-of select="@id"/></a>
        <xsl:if test="@name"><span class="name"><xsl:value-of select="@name"/></span></xsl:if>
        <xsl:apply-templates select="." mode="condition"/>
      </div>
      <xsl:if test="@reason and @condition != 'normal'"><p class="text"><xsl:value-of select="@reason"/></p></xsl:if>
      <p class="about">
        <xsl:apply-templates select="." mode="role"/>
        <xsl:if test="@poolRole = 'master'"><span class="badge">master</span></xsl:if>
        <xsl:if test="@elements and (@elements &gt; 0 or @role = 'EM')"><span><xsl:value-of select="@elements"/> elements</span></xsl:if>
        <xsl:if test="@attention &gt; 0"><span class="strong"><xsl:value-of select="@attention"/> need attention</span></xsl:if>
        <xsl:if test="@uptime"><span>up <xsl:value-of select="@uptime"/></span></xsl:if>
        <xsl:if test="@pollRate and @elements &gt; 0"><span>polls <xsl:value-of select="@pollRate"/></span></xsl:if>
        <xsl:if test="not(@uptime) and @heard"><span>heard <xsl:value-of select="@heard"/> ago</span></xsl:if>
      </p>
      <xsl:if test="@pages">
        <p class="more"><a href="{@pages}">Its pages<span class="hidden"> of <xsl:value-of select="@id"/></span></a></p>
      </xsl:if>
    </li>
  </xsl:template>

  <xsl:template match="MANAGER" mode="role">
    <xsl:choose>
      <xsl:when test="@role = 'EIM'"><span>integration manager</span></xsl:when>
      <xsl:when test="@role = 'EM'"><span>e-manager</span></xsl:when>
    </xsl:choose>
    <xsl:if test="@self = 'true'"><span>this one</span></xsl:if>
  </xsl:template>

  <xsl:template match="MANAGER" mode="condition">
    <xsl:variable name="neighbor" select="../p:getNeighborsResponse/p:neighbors[p:id = current()/@id]"/>
    <xsl:variable name="shape">
      <xsl:choose>
        <xsl:when test="@standingCondition"><xsl:value-of select="@standingCondition"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="@condition"/></xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:call-template name="status">
      <xsl:with-param name="status" select="$shape"/>
      <xsl:with-param name="word">
        <xsl:choose>
          <xsl:when test="@standingWord"><xsl:value-of select="@standingWord"/></xsl:when>
          <xsl:when test="@condition = 'down' and $neighbor/p:reach != 'alive'"><xsl:value-of select="$neighbor/p:reach"/></xsl:when>
          <xsl:when test="@condition = 'unreachable'">no answer</xsl:when>
          <xsl:when test="@condition = 'warning' and @configRefused = 'true'">old configuration</xsl:when>
          <xsl:when test="@condition = 'warning' and @isOverloaded = 'true'"><xsl:value-of select="@workloadWord"/></xsl:when>
          <xsl:when test="@condition = 'warning'">degraded</xsl:when>
          <xsl:when test="@condition = 'critical'">failing</xsl:when>
          <xsl:when test="@state"><xsl:value-of select="@state"/></xsl:when>
          <xsl:when test="@condition = 'normal'">alive</xsl:when>
          <xsl:otherwise><xsl:value-of select="@condition"/></xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
