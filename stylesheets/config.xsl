<?xml version="1.0" encoding="UTF-8"?>
<!-- The configuration in force, with line numbers. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <div class="heading">
      <div>
        <h1>Configuration</h1>
        <p class="lead"><span>In force: <span class="id"><xsl:value-of select="p:getConfigResponse/p:version"/></span>. Secrets are masked.</span> <span>Elements that come from elsewhere: <a href="{@base}/sources">sources and networks</a>.</span> <span>Whom it tells of alarms: <a href="{@base}/notices">notices</a>.</span></p>
      </div>
    </div>
    <xsl:if test="p:getConfigResponse/p:fault">
      <p class="banner s-warning">
        <xsl:call-template name="icon"><xsl:with-param name="name">warning</xsl:with-param></xsl:call-template>
        <span>The newest file was not taken; what is shown below stays in force. <b><xsl:value-of select="p:getConfigResponse/p:fault"/></b></span>
      </p>
    </xsl:if>
    <div class="card code" role="region" aria-label="Configuration file" tabindex="0">
      <ol>
        <xsl:for-each select="LINE"><li id="L{@number}"><code><xsl:value-of select="@text"/></code></li></xsl:for-each>
      </ol>
    </div>
  </xsl:template>
</xsl:stylesheet>
