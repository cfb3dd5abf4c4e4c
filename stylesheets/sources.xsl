<?xml version="1.0" encoding="UTF-8"?>
<!-- Where elements come from besides the configuration, and what was found in networks. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <div class="heading"><h1><xsl:value-of select="@title"/></h1></div>
    <section>
      <div class="heading"><h2>Lists</h2></div>
      <xsl:choose>
        <xsl:when test="SOURCE">
          <div class="card table">
            <table class="list">
              <caption class="hidden">Lists of elements</caption>
              <thead>
                <tr>
                  <th scope="col">State</th><th scope="col">Source</th><th scope="col" class="number p1">Elements</th>
                  <th scope="col" class="number p1">Read</th><th scope="col" class="number p2">Tried</th>
                  <xsl:if test="ORIGINS/@mayChange = 'true'"><th scope="col">Do</th></xsl:if>
                </tr>
              </thead>
              <tbody><xsl:apply-templates select="SOURCE"/></tbody>
            </table>
          </div>
        </xsl:when>
        <xsl:otherwise><p class="empty">The configuration of this manager names none.</p></xsl:otherwise>
      </xsl:choose>
    </section>
    <section>
      <div class="heading"><h2>Networks</h2></div>
      <xsl:choose>
        <xsl:when test="NETWORK">
          <div class="card table">
            <table class="list">
              <caption class="hidden">Networks that are searched</caption>
              <thead>
                <tr>
                  <th scope="col">Network</th><th scope="col">Search</th><th scope="col" class="number p1">Answered</th>
                  <th scope="col" class="number p1">New</th><th scope="col" class="number p2">Begun</th><th scope="col" class="number p2">Next</th>
                  <xsl:if test="ORIGINS/@mayChange = 'true'"><th scope="col">Do</th></xsl:if>
                </tr>
              </thead>
              <tbody><xsl:apply-templates select="NETWORK"/></tbody>
            </table>
          </div>
        </xsl:when>
        <xsl:otherwise><p class="empty">The configuration of this manager names none to search.</p></xsl:otherwise>
      </xsl:choose>
    </section>
    <xsl:if test="NETWORK or FOUND"><xsl:call-template name="found"/></xsl:if>
  </xsl:template>

  <xsl:template match="SOURCE">
    <tr>
      <td><xsl:call-template name="status"><xsl:with-param name="status" select="@condition"/><xsl:with-param name="word" select="@word"/></xsl:call-template></td>
      <th scope="row">
        <span class="title"><xsl:value-of select="@source"/></span>
        <xsl:if test="@fault"><span class="reason"><xsl:value-of select="@fault"/></span></xsl:if>
        <xsl:if test="@doubt"><span class="reason"><xsl:value-of select="@doubt"/></span></xsl:if>
        <span class="phone"><xsl:value-of select="@elements"/> elements</span>
        <xsl:if test="@shadowed"><span class="reason"><xsl:value-of select="@shadowed"/> of its elements are defined before it as well, which counts.</span></xsl:if>
      </th>
      <td class="number p1"><xsl:value-of select="@elements"/></td>
      <td class="number p1"><xsl:if test="@read"><xsl:value-of select="@read"/> ago</xsl:if></td>
      <td class="number p2"><xsl:if test="@tried"><xsl:value-of select="@tried"/> ago</xsl:if></td>
      <xsl:if test="../ORIGINS/@mayChange = 'true'">
        <td>
          <form method="post" action="{../ORIGINS/@formHref}">
            <input type="hidden" name="token" value="{../@token}"/>
            <input type="hidden" name="source" value="{@source}"/>
            <div class="actions">
              <button type="submit" name="action" value="read">Read now<span class="hidden">: <xsl:value-of select="@source"/></span></button>
              <xsl:if test="@askHref"><a class="button" href="{@askHref}">Take it<span class="hidden">: <xsl:value-of select="@source"/></span></a></xsl:if>
            </div>
          </form>
        </td>
      </xsl:if>
    </tr>
  </xsl:template>

  <xsl:template match="NETWORK">
    <tr>
      <th scope="row">
        <span class="title"><xsl:value-of select="@network"/></span>
        <xsl:if test="@approve = 'false'"><span class="about">approved at once</span></xsl:if>
        <xsl:if test="@fault"><span class="reason"><xsl:value-of select="@fault"/></span></xsl:if>
      </th>
      <td>
        <xsl:choose>
          <xsl:when test="@state = 'searching'"><xsl:value-of select="@tried"/> of <xsl:value-of select="@addresses"/> (<xsl:value-of select="@share"/> %)</xsl:when>
          <xsl:when test="@started"><xsl:value-of select="@tried"/> of <xsl:value-of select="@addresses"/> tried</xsl:when>
          <xsl:otherwise>not searched yet</xsl:otherwise>
        </xsl:choose>
        <span class="phone"><xsl:value-of select="@found"/> answered</span>
      </td>
      <td class="number p1"><xsl:value-of select="@found"/></td>
      <td class="number p1"><xsl:value-of select="@fresh"/></td>
      <td class="number p2"><xsl:if test="@started"><xsl:value-of select="@started"/> ago</xsl:if></td>
      <td class="number p2"><xsl:if test="@next">in <xsl:value-of select="@next"/></xsl:if></td>
      <xsl:if test="../ORIGINS/@mayChange = 'true'">
        <td>
          <form method="post" action="{../ORIGINS/@formHref}">
            <input type="hidden" name="token" value="{../@token}"/>
            <input type="hidden" name="network" value="{@network}"/>
            <xsl:choose>
              <xsl:when test="@state = 'searching'"><button type="submit" name="action" value="stop">Stop<span class="hidden"> the search of <xsl:value-of select="@network"/></span></button></xsl:when>
              <xsl:otherwise><button type="submit" name="action" value="search">Search now<span class="hidden"> in <xsl:value-of select="@network"/></span></button></xsl:otherwise>
            </xsl:choose>
          </form>
        </td>
      </xsl:if>
    </tr>
  </xsl:template>

  <xsl:template name="found">
    <section>
      <div class="heading">
        <h2>Found</h2>
        <form class="filter" method="get" action="{QUERY/@path}" role="search" aria-label="Filter what was found">
          <label class="grow"><span>Search</span><input type="search" name="q" value="{QUERY/@q}" maxlength="256" autocomplete="off"/></label>
          <button type="submit">Filter</button>
          <xsl:if test="QUERY/@q != ''"><a class="reset" href="{QUERY/@path}">Show all</a></xsl:if>
        </form>
      </div>
      <xsl:choose>
        <xsl:when test="FOUND and ORIGINS/@mayChange = 'true'">
          <form class="act picks" method="post" action="{ORIGINS/@formHref}">
            <input type="hidden" name="token" value="{@token}"/>
            <xsl:call-template name="found-table"/>
            <div class="actions">
              <button class="main" type="submit" name="action" value="approve">Approve those ticked</button>
              <button type="submit" name="action" value="ignore">Ignore them</button>
            </div>
          </form>
        </xsl:when>
        <xsl:when test="FOUND"><xsl:call-template name="found-table"/></xsl:when>
        <xsl:when test="QUERY/@q != ''"><p class="empty">Nothing matches. <a href="{QUERY/@path}">Show all</a></p></xsl:when>
        <xsl:otherwise><p class="empty">Nothing has been found yet that is no element already.</p></xsl:otherwise>
      </xsl:choose>
      <xsl:call-template name="pager"><xsl:with-param name="what">devices</xsl:with-param></xsl:call-template>
    </section>
  </xsl:template>

  <xsl:template name="found-table">
    <div class="card table">
      <table class="list">
        <caption class="hidden">Devices that were found</caption>
        <thead>
          <tr>
            <xsl:if test="ORIGINS/@mayChange = 'true'"><th scope="col"><span class="hidden">Choose</span></th></xsl:if>
            <th scope="col">Decision</th><th scope="col">Device</th><th scope="col" class="p1">Is</th>
            <th scope="col" class="p2">Answers to</th><th scope="col" class="number p1">Seen</th><th scope="col" class="p3">Network</th>
          </tr>
        </thead>
        <tbody><xsl:apply-templates select="FOUND"/></tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="FOUND">
    <tr>
      <xsl:if test="../ORIGINS/@mayChange = 'true'">
        <td><xsl:if test="@decision != 'approved'"><input type="checkbox" name="address" value="{@address}" aria-label="Choose {@address}"/></xsl:if></td>
      </xsl:if>
      <td>
        <xsl:value-of select="@decision"/>
        <xsl:if test="@decided"><span class="about">by <xsl:value-of select="@decided"/></span></xsl:if>
        <xsl:if test="@askHref and ../ORIGINS/@mayChange = 'true'"><span class="about"><a href="{@askHref}">take back<span class="hidden"> the approval of <xsl:value-of select="@address"/></span></a></span></xsl:if>
      </td>
      <th scope="row">
        <xsl:choose>
          <xsl:when test="@href"><a class="title" href="{@href}"><xsl:call-template name="device-name"/></a></xsl:when>
          <xsl:otherwise><span class="title"><xsl:call-template name="device-name"/></span></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="@name"><span class="id"><xsl:value-of select="@address"/></span></xsl:if>
        <xsl:if test="@missed and @decision != 'approved'"><span class="reason">has not answered the last <xsl:if test="@missed &gt; 1"><xsl:value-of select="@missed"/> searches</xsl:if><xsl:if test="@missed = 1">search</xsl:if></span></xsl:if>
        <xsl:if test="@fault"><span class="reason"><xsl:value-of select="@fault"/></span></xsl:if>
      </th>
      <td class="p1">
        <xsl:value-of select="@type"/>
        <xsl:if test="@what"><span class="about"><xsl:value-of select="@what"/></span></xsl:if>
        <xsl:if test="@description and not(@what)"><span class="about"><xsl:value-of select="substring(@description, 1, 80)"/></span></xsl:if>
      </td>
      <td class="p2"><xsl:value-of select="@answers"/><xsl:if test="@credential"><span class="about">with <xsl:value-of select="@credential"/></span></xsl:if></td>
      <td class="number p1"><xsl:value-of select="@seen"/> ago</td>
      <td class="p3"><xsl:value-of select="@network"/></td>
    </tr>
  </xsl:template>

  <xsl:template name="device-name">
    <xsl:choose>
      <xsl:when test="@name"><xsl:value-of select="@name"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="@address"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
