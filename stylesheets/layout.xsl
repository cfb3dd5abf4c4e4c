<?xml version="1.0" encoding="UTF-8"?>
<!--
  What all pages have: head, navigation, footer, and the small parts they are made of.
  A page's own sheet includes this one and fills <main> by a template for PAGE in mode "main".
  XSLT 1.0 without extensions. Text is never written as markup: no disable-output-escaping anywhere.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/>

  <!-- Rows are joined to what the answers say of the same element. -->
  <xsl:key name="element" match="Device" use="concat('device|', ../../@id, '|', @id)"/>
  <xsl:key name="element" match="Service" use="concat('service|', ../../@id, '|', @id)"/>
  <xsl:key name="element" match="Application" use="concat('application|', ../../@id, '|', @id)"/>

  <xsl:template match="/PAGE">
    <html lang="en" data-theme="{@theme}">
      <head>
        <meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>
          <xsl:value-of select="@title"/>
          <xsl:text> · </xsl:text>
          <xsl:value-of select="@manager"/>
        </title>
        <link rel="icon" type="image/svg+xml" href="{@base}/stylesheets/icon.svg"/>
        <link rel="stylesheet" href="{@base}/stylesheets/portal.css"/>
        <xsl:apply-templates select="." mode="head"/>
        <script type="module" src="{@base}/stylesheets/portal.js"></script>
      </head>
      <body data-base="{@base}" data-sheet="{@sheet}">
        <xsl:if test="@refresh">
          <xsl:attribute name="data-refresh"><xsl:value-of select="@refresh"/></xsl:attribute>
        </xsl:if>
        <a class="skip" href="#main">Skip to content</a>
        <xsl:call-template name="symbols"/>
        <xsl:call-template name="top"/>
        <main id="main" tabindex="-1">
          <div id="content">
            <xsl:apply-templates select="." mode="main"/>
          </div>
        </main>
        <xsl:call-template name="foot"/>
      </body>
    </html>
  </xsl:template>

  <!-- Sheets that need more in the head say so. -->
  <xsl:template match="PAGE" mode="head"/>

  <xsl:template name="top">
    <header class="top">
      <xsl:if test="@outer">
        <p class="outer">
          <a href="{@outer}/managers"><xsl:call-template name="icon"><xsl:with-param name="name">back</xsl:with-param></xsl:call-template>Managers</a>
          <span>These are the pages of <b><xsl:value-of select="@manager"/></b>, handed through.</span>
        </p>
      </xsl:if>
      <div class="bar">
        <a class="brand" href="{@base}/">
          <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M7.5 7.2 16 6.5M6.5 9l4.3 7M17 8.7l-3.6 7.2" fill="none" stroke="currentColor" stroke-width="1.5"/>
            <circle cx="5.5" cy="7.3" r="2.7"/><circle cx="18" cy="6.4" r="2.7"/><circle cx="12.1" cy="18" r="2.7"/>
          </svg>
          <span class="name"><xsl:value-of select="@manager"/></span>
          <span class="role">
            <xsl:choose>
              <xsl:when test="@role = 'EIM'">integration manager</xsl:when>
              <xsl:otherwise>e-manager</xsl:otherwise>
            </xsl:choose>
          </span>
        </a>
        <nav aria-label="Pages">
          <ul>
            <xsl:call-template name="entry"><xsl:with-param name="path">/</xsl:with-param><xsl:with-param name="word">Overview</xsl:with-param></xsl:call-template>
            <xsl:call-template name="entry"><xsl:with-param name="path">/devices</xsl:with-param><xsl:with-param name="word">Devices</xsl:with-param></xsl:call-template>
            <xsl:call-template name="entry"><xsl:with-param name="path">/services</xsl:with-param><xsl:with-param name="word">Services</xsl:with-param></xsl:call-template>
            <xsl:call-template name="entry"><xsl:with-param name="path">/applications</xsl:with-param><xsl:with-param name="word">Applications</xsl:with-param></xsl:call-template>
            <xsl:call-template name="entry"><xsl:with-param name="path">/managers</xsl:with-param><xsl:with-param name="word">Managers</xsl:with-param></xsl:call-template>
            <li>
              <a href="{@base}/alarms">
                <xsl:if test="@path = '/alarms'"><xsl:attribute name="aria-current">page</xsl:attribute></xsl:if>
                <xsl:text>Alarms</xsl:text>
                <xsl:if test="@openAlarms"><xsl:text> </xsl:text><span class="open s-{@worstAlarm}"><xsl:call-template name="icon"><xsl:with-param name="name" select="@worstAlarm"/></xsl:call-template><xsl:value-of select="@openAlarms"/><span class="hidden"> open, the worst is <xsl:value-of select="@worstAlarm"/></span></span></xsl:if>
              </a>
            </li>
            <xsl:call-template name="entry"><xsl:with-param name="path">/handovers</xsl:with-param><xsl:with-param name="word">Hand-overs</xsl:with-param></xsl:call-template>
            <xsl:call-template name="entry"><xsl:with-param name="path">/events</xsl:with-param><xsl:with-param name="word">Events</xsl:with-param></xsl:call-template>
            <xsl:call-template name="entry"><xsl:with-param name="path">/report</xsl:with-param><xsl:with-param name="word">Report</xsl:with-param></xsl:call-template>
            <xsl:call-template name="entry"><xsl:with-param name="path">/config</xsl:with-param><xsl:with-param name="word">Config</xsl:with-param></xsl:call-template>
          </ul>
        </nav>
      </div>
    </header>
  </xsl:template>

  <xsl:template name="entry">
    <xsl:param name="path"/>
    <xsl:param name="word"/>
    <li>
      <a href="{@base}{$path}">
        <xsl:choose>
          <xsl:when test="@path = $path"><xsl:attribute name="aria-current">page</xsl:attribute></xsl:when>
          <xsl:when test="$path != '/' and starts-with(@path, concat($path, '/'))"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:when>
        </xsl:choose>
        <xsl:value-of select="$word"/>
      </a>
    </li>
  </xsl:template>

  <xsl:template name="foot">
    <footer class="foot">
      <p class="live">
        <span id="live">Made at <xsl:call-template name="clock"><xsl:with-param name="time" select="@generated"/></xsl:call-template></span>
        <button type="button" id="pause" hidden="hidden" aria-pressed="false">Pause</button>
        <span class="note">All times are UTC.</span>
      </p>
      <p class="look">
        <span id="look">Look</span>
        <span role="group" aria-labelledby="look">
          <xsl:for-each select="THEME">
            <a href="{@href}" rel="nofollow">
              <xsl:if test="@selected = 'true'"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if>
              <xsl:value-of select="@name"/>
            </a>
          </xsl:for-each>
        </span>
      </p>
      <p class="also">
        <xsl:if test="@user != ''">
          <span><xsl:value-of select="@user"/> (<xsl:value-of select="@userRole"/>)</span>
        </xsl:if>
        <xsl:if test="@signIn"><a href="{@signIn}" rel="nofollow">Sign in</a></xsl:if>
        <span>ptpmgr <xsl:value-of select="@version"/></span>
        <a href="?format=xml" data-format="xml">XML</a>
        <a href="?format=json" data-format="json">JSON</a>
      </p>
    </footer>
  </xsl:template>

  <!-- Shape and word of a status; the word may be another one that means it here. -->
  <xsl:template name="status">
    <xsl:param name="status"/>
    <xsl:param name="word" select="$status"/>
    <span class="status s-{$status}">
      <xsl:call-template name="icon"><xsl:with-param name="name" select="$status"/></xsl:call-template>
      <span class="word"><xsl:value-of select="$word"/></span>
    </span>
  </xsl:template>

  <xsl:template name="severity">
    <xsl:param name="severity"/>
    <xsl:variable name="shape">
      <xsl:choose>
        <xsl:when test="$severity = 'cleared'">normal</xsl:when>
        <xsl:when test="$severity = 'indeterminate'">unknown</xsl:when>
        <xsl:otherwise><xsl:value-of select="$severity"/></xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:call-template name="status">
      <xsl:with-param name="status" select="$shape"/>
      <xsl:with-param name="word">
        <xsl:choose>
          <xsl:when test="$severity = 'indeterminate'">info</xsl:when>
          <xsl:otherwise><xsl:value-of select="$severity"/></xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="icon">
    <xsl:param name="name"/>
    <svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{$name}"/></svg>
  </xsl:template>

  <!-- 2026-11-21T13:35:13.000Z as a person reads it. -->
  <xsl:template name="moment">
    <xsl:param name="time"/>
    <time datetime="{$time}"><span class="day"><xsl:value-of select="substring($time, 1, 10)"/></span><xsl:text> </xsl:text><xsl:value-of select="substring($time, 12, 8)"/></time>
  </xsl:template>

  <xsl:template name="clock">
    <xsl:param name="time"/>
    <time datetime="{$time}"><xsl:value-of select="substring($time, 12, 8)"/></time>
  </xsl:template>

  <!-- A link only where the address is one of the web: nothing else that a person typed becomes an href. -->
  <xsl:template name="web-link">
    <xsl:param name="address"/>
    <xsl:param name="word" select="$address"/>
    <xsl:choose>
      <xsl:when test="starts-with($address, 'http://') or starts-with($address, 'https://')">
        <a class="out" href="{$address}" rel="noreferrer noopener"><xsl:value-of select="$word"/></a>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$address"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- "51 to 100 of 240" with the pages before and after. -->
  <xsl:template name="pager">
    <xsl:param name="what"/>
    <xsl:param name="list" select="QUERY"/>
    <xsl:param name="label">Pages of the list</xsl:param>
    <xsl:if test="$list/@total &gt; 0">
      <nav class="pager" aria-label="{$label}">
        <span class="range">
          <xsl:choose>
            <xsl:when test="$list/@last = 0">nothing on this page of <xsl:value-of select="$list/@total"/></xsl:when>
            <xsl:otherwise>
              <b><xsl:value-of select="$list/@first"/></b> to <b><xsl:value-of select="$list/@last"/></b> of <xsl:if test="$list/@least">at least </xsl:if><b><xsl:value-of select="$list/@total"/></b>
            </xsl:otherwise>
          </xsl:choose>
          <xsl:text> </xsl:text>
          <xsl:value-of select="$what"/>
        </span>
        <xsl:if test="$list/@pages &gt; 1">
          <span class="steps">
            <xsl:if test="$list/@previous"><a rel="prev" href="{$list/@previous}">Previous</a></xsl:if>
            <span>page <xsl:value-of select="$list/@page"/><xsl:if test="not($list/@least)"> of <xsl:value-of select="$list/@pages"/></xsl:if></span>
            <xsl:if test="$list/@next"><a rel="next" href="{$list/@next}">Next</a></xsl:if>
          </span>
        </xsl:if>
      </nav>
    </xsl:if>
  </xsl:template>

  <!-- A head of a column that the list can be sorted by. -->
  <xsl:template name="sort-head">
    <xsl:param name="name"/>
    <xsl:param name="word"/>
    <xsl:param name="class"/>
    <xsl:param name="list" select="QUERY"/>
    <xsl:variable name="sort" select="$list/SORT[@column = $name]"/>
    <th scope="col" class="{$class}">
      <xsl:if test="$sort/@current != 'none'"><xsl:attribute name="aria-sort"><xsl:value-of select="$sort/@current"/></xsl:attribute></xsl:if>
      <a href="{$sort/@href}"><xsl:value-of select="$word"/></a>
    </th>
  </xsl:template>

  <!-- Filter of one table of a page: one field, and how many rows. -->
  <xsl:template name="table-filter">
    <xsl:param name="list" select="QUERY"/>
    <xsl:param name="field">q</xsl:param>
    <xsl:param name="size">size</xsl:param>
    <xsl:param name="label"/>
    <form class="filter" method="get" action="{$list/@path}" role="search" aria-label="{$label}">
      <xsl:for-each select="$list/KEPT"><input type="hidden" name="{@name}" value="{@value}"/></xsl:for-each>
      <label class="grow"><span>Search</span><input type="search" name="{$field}" value="{$list/@q}" maxlength="256" autocomplete="off"/></label>
      <label><span>Rows</span>
        <select name="{$size}">
          <xsl:for-each select="$list/SIZE">
            <option value="{@size}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@size"/></option>
          </xsl:for-each>
        </select>
      </label>
      <button type="submit">Filter</button>
      <xsl:if test="$list/@filtered = 'true'"><a class="reset" href="{$list/@allHref}">Show all</a></xsl:if>
    </form>
  </xsl:template>

  <!-- Managers that should have answered: silence is told, too. -->
  <xsl:template name="missing">
    <xsl:for-each select="*/p:missing[not(p:manager = ../preceding-sibling::*/p:missing/p:manager)]">
      <p class="banner s-unreachable">
        <xsl:call-template name="icon"><xsl:with-param name="name">unreachable</xsl:with-param></xsl:call-template>
        <span><b><xsl:value-of select="p:manager"/></b> did not answer: <xsl:value-of select="p:reason"/></span>
      </p>
    </xsl:for-each>
  </xsl:template>

  <!-- Rows of the event log; the heading is the page's. -->
  <xsl:template name="event-list">
    <xsl:param name="of-one" select="false()"/>
    <xsl:variable name="page" select="."/>
    <ol class="events">
      <xsl:for-each select="p:getEventsResponse/p:events">
        <xsl:variable name="event" select="$page/EVENT[@manager = current()/p:manager and @id = current()/p:id]"/>
        <li>
          <xsl:call-template name="severity"><xsl:with-param name="severity" select="p:severity"/></xsl:call-template>
          <div class="what">
            <span class="text"><xsl:value-of select="p:text"/></span>
            <span class="about">
              <xsl:call-template name="moment"><xsl:with-param name="time" select="p:time"/></xsl:call-template>
              <xsl:if test="p:element and not($of-one)">
                <xsl:choose>
                  <xsl:when test="$event/@href"><a href="{$event/@href}"><xsl:value-of select="p:element"/></a></xsl:when>
                  <xsl:otherwise><span><xsl:value-of select="p:element"/></span></xsl:otherwise>
                </xsl:choose>
              </xsl:if>
              <span class="kind"><xsl:value-of select="p:name"/></span>
              <span><xsl:value-of select="p:manager"/></span>
              <xsl:if test="p:source"><span>from <xsl:value-of select="p:source"/></span></xsl:if>
            </span>
          </div>
        </li>
      </xsl:for-each>
    </ol>
  </xsl:template>

  <!-- Each status has a shape of its own, so that colour only repeats what is there already. -->
  <xsl:template name="symbols">
    <svg class="symbols" width="0" height="0" aria-hidden="true" focusable="false">
      <symbol id="i-normal" viewBox="0 0 16 16"><path d="m3.2 8.6 3.1 3.1 6.5-7.2" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></symbol>
      <symbol id="i-unknown" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.6 2.3"/><path d="M6.1 6.4a1.9 1.9 0 1 1 2.7 1.9c-.5.3-.8.6-.8 1.2" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/><circle cx="8" cy="11.5" r=".9" fill="currentColor"/></symbol>
      <symbol id="i-warning" viewBox="0 0 16 16"><path d="M8 2.3 14.4 13.4H1.6Z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/><path d="M8 6.6v3" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/><circle cx="8" cy="11.6" r=".9" fill="currentColor"/></symbol>
      <symbol id="i-minor" viewBox="0 0 16 16"><path d="M8 1.5 15.3 14H.7Z" fill="currentColor"/></symbol>
      <symbol id="i-major" viewBox="0 0 16 16"><path d="M8 .8 15.2 8 8 15.2.8 8Z" fill="currentColor"/></symbol>
      <symbol id="i-critical" viewBox="0 0 16 16"><path d="M5 1h6l4 4v6l-4 4H5l-4-4V5Z" fill="currentColor"/><path class="cut" d="M8 4.2v4.6" stroke-width="2" stroke-linecap="round"/><circle class="cut-fill" cx="8" cy="11.7" r="1.2"/></symbol>
      <symbol id="i-down" viewBox="0 0 16 16"><rect x="1" y="1" width="14" height="14" rx="2.5" fill="currentColor"/><path class="cut" d="m5 5 6 6m0-6-6 6" stroke-width="2" stroke-linecap="round"/></symbol>
      <symbol id="i-unreachable" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7"/><path d="m3.8 12.2 8.4-8.4" stroke="currentColor" stroke-width="1.7"/></symbol>
      <symbol id="i-maintenance" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M6.3 5.6v4.8m3.4-4.8v4.8" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/></symbol>
      <symbol id="i-back" viewBox="0 0 16 16"><path d="M9.5 3.5 5 8l4.5 4.5" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/></symbol>
      <symbol id="i-refresh" viewBox="0 0 16 16"><path d="M13 8a5 5 0 1 1-1.6-3.7M13.2 2v3h-3" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></symbol>
    </svg>
  </xsl:template>
</xsl:stylesheet>
