<?xml version="1.0" encoding="UTF-8"?>
<!-- What came of an action, and the way back. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main"><xsl:apply-templates select="OUTCOME"/></xsl:template>

  <xsl:template match="OUTCOME">
    <section class="card question" role="status">
      <h1><span class="sign s-{@condition}"><xsl:call-template name="icon"><xsl:with-param name="name" select="@condition"/></xsl:call-template></span><span><xsl:value-of select="../@title"/></span></h1>
      <xsl:for-each select="SENTENCE"><p><xsl:value-of select="@text"/></p></xsl:for-each>
      <div class="actions">
        <a class="button main" href="{@href}">To <xsl:value-of select="@subject"/></a>
        <xsl:for-each select="UNDO">
          <form method="post" action="{@href}">
            <input type="hidden" name="token" value="{../../@token}"/>
            <input type="hidden" name="action" value="{@action}"/>
            <button type="submit"><xsl:value-of select="@word"/></button>
          </form>
        </xsl:for-each>
        <a class="button" href="{../@base}/managers">All managers</a>
      </div>
    </section>
  </xsl:template>
</xsl:stylesheet>
