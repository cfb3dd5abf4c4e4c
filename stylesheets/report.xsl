<?xml version="1.0" encoding="UTF-8"?>
<!-- Availability, response times and events, of all elements or of one. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <xsl:if test="QUERY/@allHref">
      <nav class="crumbs" aria-label="Where you are">
        <a href="{QUERY/@allHref}"><xsl:call-template name="icon"><xsl:with-param name="name">back</xsl:with-param></xsl:call-template>Report on all</a>
      </nav>
    </xsl:if>
    <div class="heading">
      <div>
        <h1><xsl:value-of select="@title"/></h1>
        <p class="lead">
          <xsl:call-template name="moment"><xsl:with-param name="time" select="QUERY/@from"/></xsl:call-template>
          to <xsl:call-template name="moment"><xsl:with-param name="time" select="QUERY/@to"/></xsl:call-template>
        </p>
      </div>
      <nav class="ranges" aria-label="Time of the report">
        <xsl:for-each select="QUERY/RANGE">
          <a href="{@href}"><xsl:if test="@selected = 'true'"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if><xsl:value-of select="@label"/></a>
        </xsl:for-each>
      </nav>
    </div>
    <form class="filter" method="get" action="{QUERY/@path}" aria-label="Choose the report">
      <xsl:choose>
        <xsl:when test="QUERY/@element"><input type="hidden" name="element" value="{QUERY/@element}"/></xsl:when>
        <xsl:otherwise><label class="grow"><span>Search</span><input type="search" name="q" value="{QUERY/@q}" maxlength="256" autocomplete="off"/></label></xsl:otherwise>
      </xsl:choose>
      <label><span>From (UTC)</span><input type="datetime-local" name="from" value="{substring(QUERY/@from, 1, 16)}"/></label>
      <label><span>To (UTC)</span><input type="datetime-local" name="to" value="{substring(QUERY/@to, 1, 16)}"/></label>
      <xsl:if test="QUERY/SORT">
        <label class="metric"><span>Worst by metric</span><input type="text" name="worst" value="{QUERY/@worst}" list="metrics" maxlength="256" autocomplete="off" placeholder="any"/></label>
        <datalist id="metrics"><xsl:for-each select="QUERY/WORST"><option value="{@name}"/></xsl:for-each></datalist>
        <label><span>Figure</span><select name="figure"><xsl:for-each select="QUERY/FIGURE"><option value="{@figure}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@label"/></option></xsl:for-each></select></label>
        <label><span>Otherwise first</span><select name="sort"><xsl:for-each select="QUERY/SORT"><option value="{@sort}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@label"/></option></xsl:for-each></select></label>
      </xsl:if>
      <xsl:if test="QUERY/@by"><input type="hidden" name="by" value="{QUERY/@by}"/></xsl:if>
      <button type="submit">Show</button>
      <a class="reset" href="{QUERY/@csvHref}">As CSV</a>
      <xsl:if test="QUERY/@filtered = 'true'"><a class="reset" href="{QUERY/@path}">Show all</a></xsl:if>
    </form>
    <xsl:if test="QUERY/BY">
      <nav class="ranges" aria-label="What is summed up">
        <xsl:for-each select="QUERY/BY">
          <a href="{@href}"><xsl:if test="@selected = 'true'"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if><xsl:value-of select="@label"/></a>
        </xsl:for-each>
      </nav>
    </xsl:if>
    <xsl:call-template name="missing"/>
    <xsl:if test="QUERY/@alarmsLeftOut"><p class="note">The oldest <xsl:value-of select="QUERY/@alarmsLeftOut"/> alarms of this time are not counted: choose a shorter time.</p></xsl:if>
    <xsl:if test="QUERY/@coarsest"><p class="note">A part of the figures comes from what was rolled up to <xsl:value-of select="QUERY/@coarsest"/>: percentiles are of its means.</p></xsl:if>
    <xsl:choose>
      <xsl:when test="GROUP"><xsl:call-template name="groups"/></xsl:when>
      <xsl:when test="ROW">
        <div class="card table">
          <table class="list report">
            <caption class="hidden">Availability</caption>
            <thead>
              <tr>
                <th scope="col">Element</th>
                <xsl:if test="ROW/WORST"><th scope="col" class="number">Worst, <xsl:value-of select="QUERY/FIGURE[@selected = 'true']/@label"/></th></xsl:if>
                <th scope="col" class="number">Available</th><th scope="col" class="p2">Time in each status</th>
                <th scope="col" class="number p2">Response, mean</th><th scope="col" class="number p3">95 %</th><th scope="col" class="number p2">Interface, 95 %</th><th scope="col" class="number p2">CPU, 95 %</th><th scope="col" class="number p3">Polls</th><th scope="col" class="number p3">Failed</th><th scope="col" class="number p2">Severe alarms</th>
              </tr>
            </thead>
            <tbody>
              <xsl:for-each select="ROW">
                <xsl:variable name="position" select="position()"/>
                <xsl:variable name="entry" select="/PAGE/*/p:reports[position() = $position] | /PAGE/*/p:report[$position = 1]"/>
                <tr>
                  <th scope="row">
                    <a class="title" href="{@href}"><xsl:choose><xsl:when test="$entry/p:label"><xsl:value-of select="$entry/p:label"/></xsl:when><xsl:otherwise><xsl:value-of select="@id"/></xsl:otherwise></xsl:choose></a>
                    <span class="about">
                      <span><xsl:value-of select="@kind"/></span>
                      <span><xsl:value-of select="$entry/p:manager"/></span>
                      <xsl:if test="not(/PAGE/QUERY/@element) and @kind != 'application'"><a href="{@reportHref}">details<span class="hidden"> of <xsl:value-of select="@element"/></span></a></xsl:if>
                    </span>
                  </th>
                  <xsl:if test="WORST">
                    <td class="number">
                      <xsl:choose>
                        <xsl:when test="/PAGE/QUERY/FIGURE[@selected = 'true']/@figure = 'mean'"><xsl:value-of select="WORST/@mean"/></xsl:when>
                        <xsl:when test="/PAGE/QUERY/FIGURE[@selected = 'true']/@figure = 'maximum'"><xsl:value-of select="WORST/@maximum"/></xsl:when>
                        <xsl:when test="/PAGE/QUERY/FIGURE[@selected = 'true']/@figure = 'minimum'"><xsl:value-of select="WORST/@minimum"/></xsl:when>
                        <xsl:otherwise><xsl:value-of select="WORST/@percentile95"/></xsl:otherwise>
                      </xsl:choose>
                      <span class="about"><span><xsl:value-of select="WORST/@metric"/></span><xsl:if test="WORST/@instance != ''"><span><xsl:value-of select="WORST/@instance"/></span></xsl:if></span>
                    </td>
                  </xsl:if>
                  <td class="number"><xsl:choose><xsl:when test="@availability"><xsl:value-of select="@availability"/></xsl:when><xsl:otherwise>unknown</xsl:otherwise></xsl:choose></td>
                  <td class="p2 states">
                    <svg class="share" width="100%" height="8" aria-hidden="true" focusable="false">
                      <xsl:for-each select="STATE"><rect class="f-{@status}" x="{@start}" y="0" width="{@share}" height="8"/></xsl:for-each>
                    </svg>
                    <span class="about"><xsl:for-each select="STATE[@status != 'normal' or count(../STATE) = 1]"><span><xsl:value-of select="@status"/><xsl:text> </xsl:text><xsl:value-of select="@time"/></span></xsl:for-each></span>
                  </td>
                  <td class="number p2"><xsl:value-of select="@responseMean"/></td>
                  <td class="number p3"><xsl:value-of select="@response95"/></td>
                  <td class="number p2"><xsl:apply-templates select="USED[@of = 'interface']"/></td>
                  <td class="number p2"><xsl:apply-templates select="USED[@of = 'cpu']"/></td>
                  <td class="number p3"><xsl:value-of select="@polls"/></td>
                  <td class="number p3"><xsl:value-of select="@failed"/></td>
                  <td class="number p2"><xsl:value-of select="@severe"/></td>
                </tr>
              </xsl:for-each>
            </tbody>
          </table>
        </div>
      </xsl:when>
      <xsl:when test="QUERY/@worst != ''"><p class="empty">Nothing has <b><xsl:value-of select="QUERY/@worst"/></b> in this time.</p></xsl:when>
      <xsl:otherwise><p class="empty">There is nothing to report on.</p></xsl:otherwise>
    </xsl:choose>
    <xsl:if test="FIGURES">
      <section class="card" aria-labelledby="figures">
        <h2 id="figures">Measured values</h2>
        <div class="scroll" role="region" aria-label="Table of values" tabindex="0">
          <table class="list">
            <thead><tr><th scope="col">Metric</th><th scope="col">Instance</th><th scope="col" class="number">Least</th><th scope="col" class="number">Mean</th><th scope="col" class="number">95 %</th><th scope="col" class="number">Most</th><th scope="col" class="number">Values</th></tr></thead>
            <tbody>
              <xsl:for-each select="FIGURES">
                <tr><th scope="row"><xsl:value-of select="@metric"/></th><td><xsl:value-of select="@instance"/></td><td class="number"><xsl:value-of select="@minimum"/></td><td class="number"><xsl:value-of select="@mean"/></td><td class="number"><xsl:value-of select="@percentile95"/></td><td class="number"><xsl:value-of select="@maximum"/></td><td class="number"><xsl:value-of select="@count"/></td></tr>
              </xsl:for-each>
            </tbody>
          </table>
        </div>
      </section>
    </xsl:if>
    <xsl:if test="ROW and not(QUERY/@element)"><xsl:call-template name="pager"><xsl:with-param name="what">elements</xsl:with-param></xsl:call-template></xsl:if>
  </xsl:template>

  <!-- The busiest of its kind: the highest of 95 of 100 values, and what it was on the mean. -->
  <xsl:template match="USED">
    <xsl:value-of select="@percentile95"/>
    <span class="about"><xsl:if test="@where != ''"><span><xsl:value-of select="@where"/></span></xsl:if><span>mean <xsl:value-of select="@mean"/></span></span>
  </xsl:template>

  <!-- The least available first, as they come. -->
  <xsl:template name="groups">
    <div class="card table">
      <table class="list report">
        <caption class="hidden">Availability by <xsl:value-of select="QUERY/@by"/></caption>
        <thead>
          <tr>
            <th scope="col"><xsl:value-of select="translate(substring(QUERY/@by, 1, 1), 'cskmt', 'CSKMT')"/><xsl:value-of select="substring(QUERY/@by, 2)"/></th><th scope="col" class="number">Elements</th><th scope="col" class="number">Available</th>
            <th scope="col" class="number">Severe alarms</th><th scope="col" class="number p2">Others</th><th scope="col" class="number p2">Until seen to, mean</th><th scope="col" class="number p2">Until over, mean</th>
            <th scope="col" class="number p3">Polls</th><th scope="col" class="number p3">Failed</th>
          </tr>
        </thead>
        <tbody>
          <xsl:for-each select="GROUP">
            <tr>
              <th scope="row"><xsl:choose><xsl:when test="@name = ''">none</xsl:when><xsl:otherwise><xsl:value-of select="@name"/></xsl:otherwise></xsl:choose></th>
              <td class="number"><xsl:value-of select="@elements"/></td>
              <td class="number"><xsl:choose><xsl:when test="@availability"><xsl:value-of select="@availability"/></xsl:when><xsl:otherwise>unknown</xsl:otherwise></xsl:choose></td>
              <td class="number"><xsl:value-of select="@severe"/></td><td class="number p2"><xsl:value-of select="@mild"/></td>
              <td class="number p2"><xsl:value-of select="@untilSeen"/></td><td class="number p2"><xsl:value-of select="@untilOver"/></td>
              <td class="number p3"><xsl:value-of select="@polls"/></td><td class="number p3"><xsl:value-of select="@failed"/></td>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
    </div>
  </xsl:template>
</xsl:stylesheet>
