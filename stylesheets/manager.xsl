<?xml version="1.0" encoding="UTF-8"?>
<!-- One manager. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>
  <xsl:include href="manager-card.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <nav class="crumbs" aria-label="Where you are">
      <a href="{@base}/managers"><xsl:call-template name="icon"><xsl:with-param name="name">back</xsl:with-param></xsl:call-template>All managers</a>
    </nav>
    <xsl:apply-templates select="MANAGER"/>
  </xsl:template>

  <xsl:template match="MANAGER">
    <xsl:variable name="status" select="../p:getStatusResponse/p:managers"/>
    <xsl:variable name="can" select="../p:getCapabilitiesResponse"/>
    <div class="heading element">
      <div>
        <h1><xsl:value-of select="@id"/><xsl:if test="@name"><span class="name"><xsl:value-of select="@name"/></span></xsl:if></h1>
        <p class="lead">
          <xsl:apply-templates select="." mode="condition"/>
          <xsl:if test="@uptime"><span class="since">up for <xsl:value-of select="@uptime"/></span></xsl:if>
        </p>
      </div>
      <div class="actions">
        <xsl:if test="@pages"><a class="button main" href="{@pages}">Its pages</a></xsl:if>
        <xsl:if test="@portal and @self = 'false'"><xsl:call-template name="own-portal"/></xsl:if>
      </div>
    </div>
    <xsl:if test="@reason and @condition != 'normal'">
      <p class="banner s-{@condition}"><xsl:call-template name="icon"><xsl:with-param name="name" select="@condition"/></xsl:call-template><span><xsl:value-of select="@reason"/></span></p>
    </xsl:if>
    <xsl:if test="$status/p:configFault">
      <p class="banner s-warning"><xsl:call-template name="icon"><xsl:with-param name="name">warning</xsl:with-param></xsl:call-template><span>Its newest configuration was not taken: <xsl:value-of select="$status/p:configFault"/></span></p>
    </xsl:if>
    <div class="columns even">
      <section class="card" aria-labelledby="state">
        <h2 id="state">State</h2>
        <dl class="facts">
          <div><dt>Role</dt><dd><xsl:apply-templates select="." mode="role"/></dd></div>
          <xsl:if test="$status">
            <div><dt>Health</dt><dd><xsl:value-of select="$status/p:health"/></dd></div>
            <div><dt>Load</dt><dd><xsl:value-of select="@load"/></dd></div>
            <div><dt>Pool</dt><dd>
              <xsl:choose>
                <xsl:when test="$status/p:poolRole = 'none'">none</xsl:when>
                <xsl:otherwise><xsl:value-of select="$status/p:poolRole"/>, term <xsl:value-of select="$status/p:term"/><xsl:if test="$status/p:master">, master <xsl:value-of select="$status/p:master"/></xsl:if></xsl:otherwise>
              </xsl:choose>
            </dd></div>
            <div><dt>Incarnation</dt><dd><xsl:value-of select="$status/p:incarnation"/></dd></div>
            <div><dt>Version</dt><dd><xsl:value-of select="$status/p:version"/></dd></div>
            <xsl:if test="$status/p:registeredWith">
              <div><dt>Registered with</dt><dd><xsl:for-each select="$status/p:registeredWith"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="."/></xsl:for-each></dd></div>
            </xsl:if>
            <xsl:if test="$status/p:site"><div><dt>Site</dt><dd><xsl:value-of select="$status/p:site"/></dd></div></xsl:if>
            <div><dt>Configuration</dt><dd class="id"><xsl:value-of select="$status/p:configVersion"/></dd></div>
          </xsl:if>
          <xsl:if test="@portal"><div><dt>Address</dt><dd class="id"><xsl:value-of select="@portal"/></dd></div></xsl:if>
          <xsl:if test="@heard"><div><dt>Last heard</dt><dd><xsl:value-of select="@heard"/> ago</dd></div></xsl:if>
        </dl>
      </section>
      <xsl:if test="$status">
        <section class="card" aria-labelledby="work">
          <h2 id="work">Work</h2>
          <dl class="facts">
            <div><dt>Elements</dt><dd>
              <ul class="counts small">
                <xsl:for-each select="COUNT">
                  <li><b><xsl:value-of select="@count"/></b><xsl:call-template name="status"><xsl:with-param name="status" select="@status"/></xsl:call-template></li>
                </xsl:for-each>
                <xsl:if test="not(COUNT)"><li>none</li></xsl:if>
              </ul>
            </dd></div>
            <div><dt>Polls</dt><dd><xsl:value-of select="@pollRate"/>, <xsl:value-of select="@polls"/> done, <xsl:value-of select="@failed"/> failed</dd></div>
            <div><dt>Late by</dt><dd><xsl:value-of select="@pollLag"/></dd></div>
            <div><dt>Memory</dt><dd><xsl:value-of select="@memory"/></dd></div>
            <xsl:if test="@store"><div><dt>Store</dt><dd><xsl:value-of select="@store"/></dd></div></xsl:if>
            <xsl:if test="$can/p:methods"><div><dt>Reaches by</dt><dd><xsl:for-each select="$can/p:methods"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="."/></xsl:for-each></dd></div></xsl:if>
            <xsl:if test="$can/p:types"><div><dt>Manages</dt><dd><xsl:for-each select="$can/p:types"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="."/></xsl:for-each></dd></div></xsl:if>
          </dl>
        </section>
      </xsl:if>
    </div>
  </xsl:template>

  <xsl:template name="own-portal">
    <xsl:if test="starts-with(@portal, 'http://') or starts-with(@portal, 'https://')">
      <a class="button" href="{@portal}/" rel="noreferrer">Its own portal</a>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
