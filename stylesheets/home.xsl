<?xml version="1.0" encoding="UTF-8"?>
<!-- The first page: what needs attention, counts, managers, latest events. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>
  <xsl:include href="manager-card.xsl"/>
  <xsl:include href="pool.xsl"/>
  <xsl:include href="alarm-list.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <xsl:apply-templates select="SUMMARY"/>
    <xsl:apply-templates select="POOL" mode="sentences"/>
    <xsl:if test="not(POOL/SENTENCE)"><xsl:call-template name="missing"/></xsl:if>
    <xsl:for-each select="p:getStatusResponse/p:managers[p:configFault]">
      <p class="banner s-warning">
        <xsl:call-template name="icon"><xsl:with-param name="name">warning</xsl:with-param></xsl:call-template>
        <span>The newest configuration of <b><xsl:value-of select="p:id"/></b> was not taken: <xsl:value-of select="p:configFault"/></span>
      </p>
    </xsl:for-each>
    <div class="columns">
      <div class="wide">
        <xsl:if test="ALARMS/@total &gt; 0">
          <section class="card" aria-labelledby="open">
            <h2 id="open"><a href="{ALARMS/@href}">Open alarms</a> <span class="count"><xsl:value-of select="ALARMS/@total"/></span>
              <xsl:if test="ALARMS/@unseen &gt; 0"><span class="count bad"><xsl:value-of select="ALARMS/@unseen"/> not acknowledged</span></xsl:if></h2>
            <xsl:apply-templates select="ALARMS"/>
          </section>
        </xsl:if>
        <xsl:if test="ROW">
          <section class="card" aria-labelledby="attention">
            <h2 id="attention">Needs attention</h2>
            <ul class="attention">
              <xsl:apply-templates select="ROW"/>
            </ul>
            <xsl:if test="SUMMARY/@attention &gt; count(ROW)">
              <p class="more">These are the <xsl:value-of select="count(ROW)"/> most urgent. All, the worst first:
                <a href="{LISTS/@devicesHref}">devices</a>, <a href="{LISTS/@servicesHref}">services</a>, <a href="{LISTS/@applicationsHref}">applications</a>.</p>
            </xsl:if>
          </section>
        </xsl:if>
        <xsl:if test="not(ROW)"><xsl:call-template name="latest"/></xsl:if>
      </div>
      <div class="narrow">
        <section class="plain" aria-labelledby="managers">
          <h2 id="managers">Managers</h2>
          <ul class="cards">
            <xsl:apply-templates select="MANAGER" mode="card"/>
          </ul>
        </section>
        <xsl:if test="ROW"><xsl:call-template name="latest"/></xsl:if>
      </div>
    </div>
  </xsl:template>

  <!-- Beside what needs attention; in its place when nothing does. -->
  <xsl:template name="latest">
    <section class="card" aria-labelledby="latest">
      <h2 id="latest">Latest events</h2>
      <xsl:choose>
        <xsl:when test="p:getEventsResponse/p:events">
          <xsl:call-template name="event-list"/>
          <p class="more"><a href="{@base}/events">All events</a></p>
        </xsl:when>
        <xsl:otherwise><p class="empty">Nothing has happened yet.</p></xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>

  <xsl:template match="SUMMARY">
    <section class="summary" aria-label="Summary">
      <h1>
        <xsl:choose>
          <xsl:when test="@total = 0">
            <span class="sign s-unknown"><xsl:call-template name="icon"><xsl:with-param name="name">unknown</xsl:with-param></xsl:call-template></span>
            <span>Nothing is managed yet</span>
          </xsl:when>
          <xsl:when test="@silent &gt; 0">
            <span class="sign s-down"><xsl:call-template name="icon"><xsl:with-param name="name">down</xsl:with-param></xsl:call-template></span>
            <span>
              <xsl:value-of select="@silent"/>
              <xsl:choose>
                <xsl:when test="@silent = 1"> manager does not answer</xsl:when>
                <xsl:otherwise> managers do not answer</xsl:otherwise>
              </xsl:choose>
              <xsl:if test="@attention &gt; 0">
                <xsl:text>, </xsl:text>
                <xsl:value-of select="@attention"/>
                <xsl:choose>
                  <xsl:when test="@attention = 1"> element needs attention</xsl:when>
                  <xsl:otherwise> elements need attention</xsl:otherwise>
                </xsl:choose>
              </xsl:if>
            </span>
          </xsl:when>
          <xsl:when test="@attention = 0 and @unknown &gt; 0">
            <span class="sign s-unknown"><xsl:call-template name="icon"><xsl:with-param name="name">unknown</xsl:with-param></xsl:call-template></span>
            <span>
              <xsl:value-of select="@unknown"/>
              <xsl:choose>
                <xsl:when test="@unknown = 1"> element is not known yet</xsl:when>
                <xsl:otherwise> elements are not known yet</xsl:otherwise>
              </xsl:choose>
            </span>
          </xsl:when>
          <xsl:when test="@attention = 0">
            <span class="sign s-normal"><xsl:call-template name="icon"><xsl:with-param name="name">normal</xsl:with-param></xsl:call-template></span>
            <span>All is well</span>
          </xsl:when>
          <xsl:otherwise>
            <span class="sign s-{@worst}"><xsl:call-template name="icon"><xsl:with-param name="name" select="@worst"/></xsl:call-template></span>
            <span>
              <xsl:value-of select="@attention"/>
              <xsl:choose>
                <xsl:when test="@attention = 1"> element needs attention</xsl:when>
                <xsl:otherwise> elements need attention</xsl:otherwise>
              </xsl:choose>
            </span>
          </xsl:otherwise>
        </xsl:choose>
      </h1>
      <xsl:if test="@total &gt; 0">
        <svg class="share" width="100%" height="10" aria-hidden="true" focusable="false">
          <xsl:for-each select="COUNT">
            <rect class="f-{@status}" x="{@start}" y="0" width="{@share}" height="10"/>
          </xsl:for-each>
        </svg>
        <ul class="counts">
          <xsl:for-each select="COUNT">
            <li>
              <b><xsl:value-of select="@count"/></b>
              <xsl:call-template name="status"><xsl:with-param name="status" select="@status"/></xsl:call-template>
            </li>
          </xsl:for-each>
          <li class="total">
            <a href="{../LISTS/@devicesHref}"><b><xsl:value-of select="../LISTS/@devices"/></b> devices</a>
            <a href="{../LISTS/@servicesHref}"><b><xsl:value-of select="../LISTS/@services"/></b> services</a>
            <a href="{../LISTS/@applicationsHref}"><b><xsl:value-of select="../LISTS/@applications"/></b> applications</a>
          </li>
        </ul>
      </xsl:if>
    </section>
  </xsl:template>

  <xsl:template match="ROW">
    <xsl:variable name="row" select="."/>
    <xsl:for-each select="key('element', concat(@kind, '|', @manager, '|', @id))">
      <li>
        <xsl:call-template name="status"><xsl:with-param name="status" select="@status"/></xsl:call-template>
        <div class="what">
          <a class="title" href="{$row/@href}">
            <xsl:choose>
              <xsl:when test="@label"><xsl:value-of select="@label"/></xsl:when>
              <xsl:otherwise><xsl:value-of select="@id"/></xsl:otherwise>
            </xsl:choose>
          </a>
          <span class="text"><xsl:value-of select="@reason"/></span>
          <span class="about">
            <span><xsl:value-of select="$row/@kind"/><xsl:if test="@type"><xsl:text> · </xsl:text><xsl:value-of select="@type"/></xsl:if></span>
            <xsl:if test="@label"><span class="id"><xsl:value-of select="@id"/></span></xsl:if>
            <span><xsl:value-of select="$row/@owner"/></span>
          </span>
        </div>
        <xsl:if test="$row/@for"><span class="for">for <xsl:value-of select="$row/@for"/></span></xsl:if>
      </li>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
