<?xml version="1.0" encoding="UTF-8"?>
<!-- One element: how it is and why, how it is reached, what it measures, what happened to it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>
  <xsl:include href="chart.xsl"/>
  <xsl:include href="value.xsl"/>
  <xsl:include href="ownership.xsl"/>
  <xsl:include href="maintenance.xsl"/>
  <xsl:include href="alarm-list.xsl"/>

  <xsl:template match="PAGE" mode="head">
    <link rel="stylesheet" href="{@base}/stylesheets/uPlot.min.css"/>
  </xsl:template>

  <xsl:template match="PAGE" mode="main">
    <xsl:variable name="page" select="."/>
    <xsl:for-each select="key('element', concat(ELEMENT/@kind, '|', ELEMENT/@manager, '|', ELEMENT/@id))">
      <xsl:call-template name="head"><xsl:with-param name="page" select="$page"/></xsl:call-template>
    </xsl:for-each>
    <xsl:apply-templates select="NOTICE"/>
    <xsl:call-template name="alarm-card"><xsl:with-param name="all" select="ELEMENT/@alarmsHref"/></xsl:call-template>
    <xsl:apply-templates select="OWNERSHIP"/>
    <xsl:apply-templates select="MAINTENANCE"/>
    <xsl:if test="CHART/@metric">
      <xsl:apply-templates select="CHART"/>
    </xsl:if>
    <xsl:if test="INTERFACES">
      <section class="card" aria-labelledby="interfaces">
        <div class="above">
          <h2 id="interfaces">Interfaces <span class="count"><xsl:value-of select="INTERFACES/@all"/></span>
            <xsl:if test="INTERFACES/@down &gt; 0"><xsl:text> </xsl:text><span class="count bad"><xsl:value-of select="INTERFACES/@down"/> down</span></xsl:if>
            <xsl:if test="INTERFACES/@faulty &gt; 0"><xsl:text> </xsl:text><span class="count bad"><xsl:value-of select="INTERFACES/@faulty"/> with errors</span></xsl:if>
          </h2>
          <xsl:if test="INTERFACES/@searchable = 'true'">
            <xsl:call-template name="table-filter">
              <xsl:with-param name="list" select="INTERFACES"/>
              <xsl:with-param name="field">ifq</xsl:with-param>
              <xsl:with-param name="size">ifSize</xsl:with-param>
              <xsl:with-param name="label">Filter the interfaces</xsl:with-param>
            </xsl:call-template>
          </xsl:if>
        </div>
        <xsl:choose>
          <xsl:when test="INTERFACE">
            <div class="scroll" role="region" aria-label="Table of interfaces" tabindex="0">
              <table class="list">
                <thead>
                  <tr>
                <xsl:call-template name="sort-head"><xsl:with-param name="list" select="INTERFACES"/><xsl:with-param name="name">state</xsl:with-param><xsl:with-param name="word">State</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="list" select="INTERFACES"/><xsl:with-param name="name">name</xsl:with-param><xsl:with-param name="word">Interface</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="list" select="INTERFACES"/><xsl:with-param name="name">in</xsl:with-param><xsl:with-param name="word">In</xsl:with-param><xsl:with-param name="class">number</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="list" select="INTERFACES"/><xsl:with-param name="name">out</xsl:with-param><xsl:with-param name="word">Out</xsl:with-param><xsl:with-param name="class">number</xsl:with-param></xsl:call-template>
                    <th scope="col">Last hour</th>
                <xsl:call-template name="sort-head"><xsl:with-param name="list" select="INTERFACES"/><xsl:with-param name="name">used</xsl:with-param><xsl:with-param name="word">Used</xsl:with-param><xsl:with-param name="class">number</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="list" select="INTERFACES"/><xsl:with-param name="name">speed</xsl:with-param><xsl:with-param name="word">Speed</xsl:with-param><xsl:with-param name="class">number</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="list" select="INTERFACES"/><xsl:with-param name="name">errors</xsl:with-param><xsl:with-param name="word">Errors</xsl:with-param><xsl:with-param name="class">number</xsl:with-param></xsl:call-template>
                <xsl:call-template name="sort-head"><xsl:with-param name="list" select="INTERFACES"/><xsl:with-param name="name">discards</xsl:with-param><xsl:with-param name="word">Discards</xsl:with-param><xsl:with-param name="class">number</xsl:with-param></xsl:call-template>
                  </tr>
                </thead>
                <tbody><xsl:apply-templates select="INTERFACE"/></tbody>
              </table>
            </div>
          </xsl:when>
          <xsl:otherwise><p class="empty">No interface matches. <a href="{INTERFACES/@allHref}">Show all</a></p></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="INTERFACES/@pages &gt; 1 or INTERFACES/@filtered = 'true'">
          <xsl:call-template name="pager">
            <xsl:with-param name="list" select="INTERFACES"/>
            <xsl:with-param name="what">interfaces</xsl:with-param>
            <xsl:with-param name="label">Pages of the interfaces</xsl:with-param>
          </xsl:call-template>
        </xsl:if>
      </section>
    </xsl:if>
    <div class="columns">
      <div class="wide">
        <xsl:if test="GROUP">
          <section class="card" aria-labelledby="values">
            <h2 id="values">Values</h2>
            <xsl:if test="GROUP[@count = 1]">
              <table class="list values">
                <caption class="hidden">Single values</caption>
                <thead class="hidden"><tr><th scope="col">Name</th><th scope="col">Value</th><th scope="col">Last hour</th><th scope="col">Age</th></tr></thead>
                <tbody>
                  <xsl:for-each select="GROUP[@count = 1]/VALUE">
                    <xsl:call-template name="value"><xsl:with-param name="name" select="../@metric"/><xsl:with-param name="about" select="@instance"/></xsl:call-template>
                  </xsl:for-each>
                </tbody>
              </table>
            </xsl:if>
            <xsl:for-each select="GROUP[@count &gt; 1]">
              <details class="group">
                <xsl:if test="@count &lt;= 8 or VALUE/@selected = 'true'"><xsl:attribute name="open">open</xsl:attribute></xsl:if>
                <summary><span class="metric"><xsl:value-of select="@metric"/></span><span class="count"><xsl:value-of select="@count"/></span></summary>
                <table class="list values">
                  <caption class="hidden"><xsl:value-of select="@metric"/></caption>
                  <thead class="hidden"><tr><th scope="col">Instance</th><th scope="col">Value</th><th scope="col">Last hour</th><th scope="col">Age</th></tr></thead>
                  <tbody>
                    <xsl:for-each select="VALUE">
                      <xsl:call-template name="value"><xsl:with-param name="name" select="@instance"/></xsl:call-template>
                    </xsl:for-each>
                  </tbody>
                </table>
                <xsl:if test="@allHref"><p class="more"><a href="{@allHref}">All <xsl:value-of select="@count"/> of <xsl:value-of select="@metric"/></a></p></xsl:if>
              </details>
            </xsl:for-each>
          </section>
        </xsl:if>
        <xsl:if test="not(GROUP) and not(INTERFACES)">
          <p class="empty">No value has been collected yet.</p>
        </xsl:if>
      </div>
      <div class="narrow">
        <section class="card" aria-labelledby="events">
          <h2 id="events">Events</h2>
          <xsl:choose>
            <xsl:when test="p:getEventsResponse/p:events"><xsl:call-template name="event-list"><xsl:with-param name="of-one" select="true()"/></xsl:call-template><p class="more"><a href="{ELEMENT/@eventsHref}">All its events</a></p></xsl:when>
            <xsl:otherwise><p class="empty">Nothing has happened to it.</p></xsl:otherwise>
          </xsl:choose>
        </section>
      </div>
    </div>
  </xsl:template>

  <!-- The element itself is the context: Device, Service or Application. -->
  <xsl:template name="head">
    <xsl:param name="page"/>
    <xsl:variable name="element" select="$page/ELEMENT"/>
    <nav class="crumbs" aria-label="Where you are">
      <a href="{$element/@listHref}"><xsl:call-template name="icon"><xsl:with-param name="name">back</xsl:with-param></xsl:call-template>All <xsl:value-of select="$element/@kind"/>s</a>
    </nav>
    <div class="heading element">
      <div>
        <h1>
          <xsl:choose>
            <xsl:when test="@label"><xsl:value-of select="@label"/></xsl:when>
            <xsl:otherwise><xsl:value-of select="@id"/></xsl:otherwise>
          </xsl:choose>
        </h1>
        <p class="lead">
          <xsl:call-template name="status"><xsl:with-param name="status" select="@status"/></xsl:call-template>
          <xsl:if test="@since">
            <span class="since">for <xsl:value-of select="$element/@for"/>, since <xsl:call-template name="moment"><xsl:with-param name="time" select="@since"/></xsl:call-template></span>
          </xsl:if>
        </p>
      </div>
      <div class="actions">
        <xsl:if test="$element/@reportHref"><a class="button" href="{$element/@reportHref}">Report</a></xsl:if>
        <xsl:choose>
          <xsl:when test="$page/@userRole = 'operator' or $page/@userRole = 'admin'">
            <form method="post" action="{$element/@formHref}">
              <input type="hidden" name="token" value="{$page/@token}"/>
              <input type="hidden" name="action" value="poll"/>
              <button type="submit" class="main"><xsl:call-template name="icon"><xsl:with-param name="name">refresh</xsl:with-param></xsl:call-template>Poll now</button>
            </form>
          </xsl:when>
          <xsl:when test="$page/@signIn"><a class="button" href="{$page/@signIn}" rel="nofollow">Sign in to poll</a></xsl:when>
        </xsl:choose>
      </div>
    </div>
    <xsl:if test="$element/@notice = 'polled'"><p class="banner s-normal" role="status"><xsl:call-template name="icon"><xsl:with-param name="name">normal</xsl:with-param></xsl:call-template><span>It has just been polled; what follows is what it answered.</span></p></xsl:if>
    <xsl:if test="@reason and @status != 'normal'">
      <p class="banner s-{@status}"><xsl:call-template name="icon"><xsl:with-param name="name" select="@status"/></xsl:call-template><span><xsl:value-of select="@reason"/><xsl:if test="$element/@followersHref"><xsl:text> </xsl:text><a href="{$element/@followersHref}">What follows from it</a></xsl:if></span></p>
    </xsl:if>
    <div class="columns even">
      <section class="card" aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <dl class="facts">
          <div><dt>Id</dt><dd class="id"><xsl:value-of select="@id"/></dd></div>
          <xsl:if test="@type"><div><dt>Type</dt><dd><xsl:value-of select="@type"/></dd></div></xsl:if>
          <xsl:if test="@vendor or @model"><div><dt>Made by</dt><dd><xsl:value-of select="@vendor"/><xsl:text> </xsl:text><xsl:value-of select="@model"/></dd></div></xsl:if>
          <xsl:if test="@ip"><div><dt>Address</dt><dd class="id"><xsl:value-of select="@ip"/></dd></div></xsl:if>
          <xsl:if test="@dnsname"><div><dt>Name</dt><dd class="id"><xsl:value-of select="@dnsname"/></dd></div></xsl:if>
          <xsl:if test="Description"><div><dt>What</dt><dd><xsl:value-of select="normalize-space(Description)"/></dd></div></xsl:if>
          <xsl:if test="Location"><div><dt>Where</dt><dd><xsl:value-of select="Location"/></dd></div></xsl:if>
          <xsl:if test="Customers/Customer">
            <div><dt>For</dt><dd><xsl:for-each select="Customers/Customer"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="."/></xsl:for-each></dd></div>
          </xsl:if>
          <xsl:if test="normalize-space(Portal) != ''">
            <div><dt>Own page</dt><dd><xsl:call-template name="web-link"><xsl:with-param name="address" select="normalize-space(Portal)"/></xsl:call-template></dd></div>
          </xsl:if>
          <xsl:if test="$element/@origin"><div><dt>Comes from</dt><dd><a href="{$element/@originHref}"><xsl:value-of select="$element/@origin"/></a></dd></div></xsl:if>
          <xsl:if test="$element/LINK[@relation = 'on']">
            <div><dt>Runs on</dt><dd><xsl:for-each select="$element/LINK[@relation = 'on']"><a href="{@href}"><xsl:value-of select="@id"/></a></xsl:for-each></dd></div>
          </xsl:if>
          <xsl:if test="$element/LINK[@relation = 'behind']">
            <div><dt>Behind</dt><dd><xsl:for-each select="$element/LINK[@relation = 'behind']"><xsl:if test="position() &gt; 1">, </xsl:if><a href="{@href}"><xsl:value-of select="@id"/></a></xsl:for-each></dd></div>
          </xsl:if>
          <xsl:if test="$element/LINK[@relation = 'link']">
            <div><dt>Linked to</dt><dd><xsl:for-each select="$element/LINK[@relation = 'link']"><xsl:if test="position() &gt; 1">, </xsl:if><a href="{@href}"><xsl:value-of select="@id"/></a><xsl:if test="@capacity"><xsl:text> </xsl:text><xsl:value-of select="@capacity"/></xsl:if></xsl:for-each></dd></div>
          </xsl:if>
          <xsl:if test="$element/LINK[@relation = 'neighbour']">
            <div>
              <dt>Neighbours</dt>
              <dd>
                <details>
                  <xsl:if test="count($element/LINK[@relation = 'neighbour']) &lt;= 8"><xsl:attribute name="open">open</xsl:attribute></xsl:if>
                  <summary><xsl:value-of select="count($element/LINK[@relation = 'neighbour'])"/> discovered</summary>
                  <ul class="neighbours">
                    <xsl:for-each select="$element/LINK[@relation = 'neighbour']">
                      <li>
                        <xsl:choose>
                          <xsl:when test="@href"><a href="{@href}"><xsl:value-of select="@id"/></a></xsl:when>
                          <xsl:otherwise><xsl:value-of select="@id"/></xsl:otherwise>
                        </xsl:choose>
                        <span class="alias"><xsl:value-of select="@at"/><xsl:if test="@capacity"><xsl:text>, </xsl:text><xsl:value-of select="@capacity"/></xsl:if><xsl:text>, by </xsl:text><xsl:value-of select="@by"/></span>
                      </li>
                    </xsl:for-each>
                  </ul>
                </details>
              </dd>
            </div>
          </xsl:if>
          <xsl:if test="not($page/OWNERSHIP)"><div><dt>Polled by</dt><dd><a href="{$element/@managerHref}"><xsl:value-of select="$element/@owner"/></a></dd></div></xsl:if>
        </dl>
      </section>
      <section class="card" aria-labelledby="access">
        <h2 id="access">Access</h2>
        <xsl:choose>
          <xsl:when test="AccessStates/Access">
            <ul class="access">
              <xsl:for-each select="AccessStates/Access">
                <xsl:variable name="position" select="position()"/>
                <xsl:variable name="own" select="$element/ACCESS[position() = $position]"/>
                <li>
                  <xsl:choose>
                    <xsl:when test="@ok = 'true' or @ok = '1'"><xsl:call-template name="status"><xsl:with-param name="status">normal</xsl:with-param><xsl:with-param name="word">answers</xsl:with-param></xsl:call-template></xsl:when>
                    <xsl:otherwise><xsl:call-template name="status"><xsl:with-param name="status">down</xsl:with-param><xsl:with-param name="word">fails</xsl:with-param></xsl:call-template></xsl:otherwise>
                  </xsl:choose>
                  <div class="what">
                    <span class="title"><xsl:value-of select="@method"/><xsl:if test="@via"> via <xsl:value-of select="@via"/></xsl:if></span>
                    <xsl:if test="@error"><span class="text"><xsl:value-of select="@error"/></span></xsl:if>
                    <span class="about">
                      <xsl:if test="$own/@response"><span><xsl:value-of select="$own/@response"/></span></xsl:if>
                      <span><xsl:value-of select="$own/@ago"/> ago</span>
                    </span>
                    <xsl:if test="$own/@cost"><span class="about"><span>costs <xsl:value-of select="$own/@cost"/> of a core; a poll: <xsl:value-of select="$own/@poll"/></span></span></xsl:if>
                  </div>
                </li>
              </xsl:for-each>
            </ul>
          </xsl:when>
          <xsl:otherwise><p class="empty">It has not been polled yet.</p></xsl:otherwise>
        </xsl:choose>
      </section>
    </div>
  </xsl:template>

  <xsl:template match="INTERFACE">
    <tr>
      <xsl:if test="@selected = 'true'"><xsl:attribute name="class">selected</xsl:attribute></xsl:if>
      <td>
        <xsl:call-template name="status">
          <xsl:with-param name="status" select="@condition"/>
          <xsl:with-param name="word" select="@word"/>
        </xsl:call-template>
      </td>
      <th scope="row">
        <xsl:choose>
          <xsl:when test="@href"><a class="title" href="{@href}"><xsl:value-of select="@instance"/></a></xsl:when>
          <xsl:otherwise><span class="title"><xsl:value-of select="@instance"/></span></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="@alias"><span class="alias"><xsl:value-of select="@alias"/></span></xsl:if>
        <xsl:for-each select="BEYOND">
          <span class="beyond"><xsl:call-template name="severity"><xsl:with-param name="severity" select="@severity"/></xsl:call-template><span class="alias"><xsl:value-of select="@metric"/><xsl:text> </xsl:text><xsl:value-of select="@threshold"/></span></span>
        </xsl:for-each>
      </th>
      <td class="number"><xsl:value-of select="@input"/></td>
      <td class="number"><xsl:value-of select="@output"/></td>
      <td class="sparkcell"><xsl:apply-templates select="spark"/></td>
      <td class="number used">
        <xsl:if test="@share">
          <xsl:value-of select="@utilisation"/>
          <svg class="meter" width="64" height="4" aria-hidden="true" focusable="false">
            <rect class="rail" width="100%" height="4" rx="2"/>
            <rect width="{@share}" height="4" rx="2">
              <xsl:attribute name="class"><xsl:choose><xsl:when test="@busy = 'true'">busy</xsl:when><xsl:otherwise>level</xsl:otherwise></xsl:choose></xsl:attribute>
            </rect>
          </svg>
        </xsl:if>
      </td>
      <td class="number"><xsl:value-of select="@speed"/></td>
      <td class="number">
        <xsl:choose>
          <xsl:when test="@faulty = 'true'"><a class="strong" href="{@errorsHref}"><xsl:value-of select="@errors"/></a></xsl:when>
          <xsl:otherwise><xsl:value-of select="@errors"/></xsl:otherwise>
        </xsl:choose>
      </td>
      <td class="number"><xsl:value-of select="@discards"/></td>
    </tr>
  </xsl:template>
</xsl:stylesheet>
