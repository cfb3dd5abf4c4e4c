<?xml version="1.0" encoding="UTF-8"?>
<!-- What went wrong, and what would be right. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <section class="fault">
      <p class="code"><xsl:value-of select="FAULT/@status"/></p>
      <h1><xsl:value-of select="@title"/></h1>
      <p class="message"><xsl:value-of select="FAULT/@message"/></p>
      <p class="about"><span class="id"><xsl:value-of select="FAULT/@code"/></span><xsl:if test="FAULT/@path"><span>at <xsl:value-of select="FAULT/@path"/></span></xsl:if></p>
      <p>
        <xsl:if test="FAULT/@retryable = 'true'">The same request may succeed a little later. </xsl:if>
        <a href="{@base}/">To the overview</a>
      </p>
    </section>
  </xsl:template>
</xsl:stylesheet>
