<?xml version="1.0" encoding="UTF-8"?>
<!-- The hand-over ledger: what was moved, from whom to whom, why, and what it cost. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <div class="heading">
      <h1>Hand-overs</h1>
      <form class="filter" method="get" action="{QUERY/@path}" role="search" aria-label="Filter the hand-overs">
        <label class="grow"><span>Search</span><input type="search" name="q" value="{QUERY/@q}" maxlength="256" autocomplete="off"/></label>
        <label><span>Kind</span>
          <select name="kind">
            <option value="">any</option>
            <xsl:for-each select="QUERY/KIND">
              <option value="{@name}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@label"/></option>
            </xsl:for-each>
          </select>
        </label>
        <label><span>Polls</span>
          <select name="flawed">
            <option value="">any</option>
            <option value="yes"><xsl:if test="QUERY/@flawed = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>missed or doubled</option>
          </select>
        </label>
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
      <xsl:when test="p:getHandOversResponse/p:handOvers">
        <div class="card table">
          <table class="list ledger">
            <caption class="hidden">Hand-overs, the latest first</caption>
            <thead>
              <tr>
                <th scope="col">Time</th><th scope="col">Element</th><th scope="col">From, to</th><th scope="col" class="p1">Why</th>
                <th scope="col" class="number p2">Missed</th><th scope="col" class="number p2">Doubled</th><th scope="col" class="number">Took</th><th scope="col" class="p3">Epoch</th>
              </tr>
            </thead>
            <tbody><xsl:apply-templates select="p:getHandOversResponse/p:handOvers"/></tbody>
          </table>
        </div>
      </xsl:when>
      <xsl:when test="QUERY/@total &gt; 0"><p class="empty">The ledger has no page <xsl:value-of select="QUERY/@page"/>.</p></xsl:when>
      <xsl:when test="QUERY/@filtered = 'true'"><p class="empty">Nothing matches. <a href="{QUERY/@path}">Show all</a></p></xsl:when>
      <xsl:when test="POOL/@standing = 'alone'"><p class="empty">This manager is not in a pool: nothing is handed over.</p></xsl:when>
      <xsl:otherwise><p class="empty">Nothing has been handed over yet.</p></xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="pager"><xsl:with-param name="what">hand-overs</xsl:with-param></xsl:call-template>
  </xsl:template>

  <xsl:template match="p:handOvers">
    <xsl:variable name="own" select="/PAGE/HANDOVER[@element = current()/p:element and @epoch = current()/p:epoch]"/>
    <tr>
      <td class="when"><xsl:call-template name="moment"><xsl:with-param name="time" select="p:time"/></xsl:call-template></td>
      <th scope="row">
        <xsl:choose>
          <xsl:when test="$own/@href"><a class="title" href="{$own/@href}"><xsl:value-of select="p:element"/></a></xsl:when>
          <xsl:otherwise><span class="title"><xsl:value-of select="p:element"/></span></xsl:otherwise>
        </xsl:choose>
        <span class="phone"><xsl:value-of select="p:reason"/><xsl:if test="p:missed &gt; 0 or p:doubled &gt; 0">; <xsl:value-of select="p:missed"/> missed, <xsl:value-of select="p:doubled"/> doubled</xsl:if></span>
      </th>
      <td>
        <xsl:choose>
          <xsl:when test="p:from"><a href="{$own/@fromHref}"><xsl:value-of select="p:from"/></a></xsl:when>
          <xsl:otherwise>nobody</xsl:otherwise>
        </xsl:choose>
        <xsl:text> → </xsl:text>
        <a href="{$own/@toHref}"><xsl:value-of select="p:to"/></a>
        <xsl:if test="p:takeover = 'true'"><span class="small taken">takeover</span></xsl:if>
      </td>
      <td class="p1"><xsl:value-of select="p:reason"/></td>
      <td class="number p2"><xsl:choose><xsl:when test="p:missed &gt; 0"><span class="strong"><xsl:value-of select="p:missed"/></span></xsl:when><xsl:otherwise><xsl:value-of select="p:missed"/></xsl:otherwise></xsl:choose></td>
      <td class="number p2"><xsl:value-of select="p:doubled"/></td>
      <td class="number"><xsl:value-of select="$own/@took"/></td>
      <td class="p3 id"><xsl:value-of select="p:epoch"/></td>
    </tr>
  </xsl:template>
</xsl:stylesheet>
