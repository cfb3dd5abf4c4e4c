<?xml version="1.0" encoding="UTF-8"?>
<!-- The pool: what is wrong with it, its mastership, and the parts that its pages share. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <!-- What is wrong, since when, and who stands in; the worst first. Of one manager what concerns it. -->
  <xsl:template match="POOL" mode="sentences">
    <xsl:param name="about"/>
    <xsl:for-each select="SENTENCE[not($about) or not(@about) or @about = $about]">
      <p class="banner s-{@condition}">
        <xsl:call-template name="icon"><xsl:with-param name="name" select="@condition"/></xsl:call-template>
        <span>
          <b>
            <xsl:choose>
              <xsl:when test="@href and not($about)"><a href="{@href}"><xsl:value-of select="@heading"/></a></xsl:when>
              <xsl:otherwise><xsl:value-of select="@heading"/></xsl:otherwise>
            </xsl:choose>
          </b>
          <xsl:text> </xsl:text>
          <span class="rest"><xsl:value-of select="@text"/></span>
        </span>
      </p>
    </xsl:for-each>
  </xsl:template>

  <!-- Who is master, and how the pool stands, at a glance. -->
  <xsl:template match="POOL" mode="card">
    <section class="card mastership" aria-labelledby="pool">
      <h2 id="pool">Pool<xsl:if test="@name"><span class="name"><xsl:text> </xsl:text><xsl:value-of select="@name"/></span></xsl:if></h2>
      <dl class="figures">
        <div class="first">
          <dt>Master</dt>
          <dd>
            <xsl:choose>
              <xsl:when test="@master"><a href="{@masterHref}"><xsl:value-of select="@master"/></a></xsl:when>
              <xsl:when test="@cutOff = 'true'">not heard</xsl:when>
              <xsl:otherwise>none</xsl:otherwise>
            </xsl:choose>
          </dd>
        </div>
        <div><dt>Term</dt><dd><xsl:value-of select="@term"/></dd></div>
        <xsl:if test="@lease">
          <div><dt>Lease left</dt><dd><xsl:value-of select="@lease"/><xsl:call-template name="meter"><xsl:with-param name="share" select="@leaseShare"/></xsl:call-template></dd></div>
        </xsl:if>
        <div><dt>Managers</dt><dd><xsl:value-of select="@membersThere"/><xsl:if test="@membersThere != @members"> of <xsl:value-of select="@members"/></xsl:if></dd></div>
        <div><dt>Voters</dt><dd><xsl:value-of select="@votersThere"/><xsl:if test="@votersThere != @voters"> of <xsl:value-of select="@voters"/></xsl:if></dd></div>
        <div><dt>Heartbeat</dt><dd><xsl:value-of select="@heartbeat"/></dd></div>
        <div class="p2"><dt>Roster</dt><dd>version <xsl:value-of select="@rosterVersion"/></dd></div>
      </dl>
      <p class="more">
        <xsl:if test="not(SENTENCE)"><xsl:call-template name="status"><xsl:with-param name="status">normal</xsl:with-param><xsl:with-param name="word">whole: all are there, and every element is watched</xsl:with-param></xsl:call-template><xsl:text> </xsl:text></xsl:if>
        <a href="{@handOversHref}">Hand-overs</a>
      </p>
    </section>
  </xsl:template>

  <xsl:template name="meter">
    <xsl:param name="share"/>
    <xsl:param name="busy" select="'false'"/>
    <svg class="meter" width="64" height="4" aria-hidden="true" focusable="false">
      <rect class="rail" width="100%" height="4" rx="2"/>
      <rect width="{$share}" height="4" rx="2">
        <xsl:attribute name="class"><xsl:choose><xsl:when test="$busy = 'true'">busy</xsl:when><xsl:otherwise>level</xsl:otherwise></xsl:choose></xsl:attribute>
      </rect>
    </svg>
  </xsl:template>

  <!-- Master or secondary, and whether it votes. -->
  <xsl:template match="MANAGER" mode="pool-role">
    <xsl:if test="@member = 'true'">
      <xsl:choose>
        <xsl:when test="@poolRole = 'master'"><span class="badge">master</span></xsl:when>
        <xsl:when test="@standing = 'gone'"></xsl:when>
        <xsl:otherwise><span>secondary</span></xsl:otherwise>
      </xsl:choose>
      <xsl:if test="@voter = 'true'"><span class="vote">voter</span></xsl:if>
    </xsl:if>
  </xsl:template>

  <!-- Where an element's polls are, and why; used in lists of elements. -->
  <xsl:template match="ASSIGNMENT" mode="owner">
    <xsl:choose>
      <xsl:when test="@unwatched"><xsl:call-template name="status"><xsl:with-param name="status">major</xsl:with-param><xsl:with-param name="word">unwatched</xsl:with-param></xsl:call-template></xsl:when>
      <xsl:when test="@owner"><a href="{@ownerHref}"><xsl:value-of select="@owner"/></a></xsl:when>
      <xsl:otherwise>nobody yet</xsl:otherwise>
    </xsl:choose>
    <xsl:if test="@holder and @holder != @owner"><span class="small note">until then <a href="{@holderHref}"><xsl:value-of select="@holder"/></a></span></xsl:if>
  </xsl:template>

  <xsl:template name="homes">
    <xsl:for-each select="HOME"><xsl:if test="position() &gt; 1">, </xsl:if><a href="{@href}"><xsl:value-of select="@id"/></a></xsl:for-each>
    <xsl:if test="not(HOME)">none</xsl:if>
  </xsl:template>

  <!-- Why it is where it is, in words. -->
  <xsl:template name="why">
    <xsl:choose>
      <xsl:when test="@unwatched"><xsl:value-of select="@unwatched"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="@reason"/></xsl:otherwise>
    </xsl:choose>
    <xsl:if test="@delegatedTo">
      <span class="small note">delegated<xsl:choose>
        <xsl:when test="@delegatedUntil"> until <xsl:call-template name="moment"><xsl:with-param name="time" select="@delegatedUntil"/></xsl:call-template></xsl:when>
        <xsl:otherwise> until it is recalled</xsl:otherwise>
      </xsl:choose></span>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
