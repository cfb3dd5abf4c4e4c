<?xml version="1.0" encoding="UTF-8"?>
<!-- What an action will do, before it is done. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main"><xsl:apply-templates select="QUESTION"/></xsl:template>

  <xsl:template match="QUESTION">
    <nav class="crumbs" aria-label="Where you are">
      <a href="{@backHref}"><xsl:call-template name="icon"><xsl:with-param name="name">back</xsl:with-param></xsl:call-template><xsl:value-of select="@subject"/></a>
    </nav>
    <section class="card question">
      <h1><xsl:value-of select="../@title"/></h1>
      <xsl:for-each select="SENTENCE"><p><xsl:value-of select="@text"/></p></xsl:for-each>
      <form class="act" method="post" action="{@formHref}">
        <input type="hidden" name="token" value="{../@token}"/>
        <input type="hidden" name="action" value="{@action}"/>
        <xsl:for-each select="CHOICE">
          <xsl:variable name="choice" select="."/>
          <xsl:choose>
            <xsl:when test="@kind = 'radio'">
              <fieldset>
                <legend><xsl:value-of select="@word"/></legend>
                <xsl:for-each select="OPTION">
                  <label class="radio"><input type="radio" name="{$choice/@name}" value="{@value}"><xsl:if test="@selected = 'true'"><xsl:attribute name="checked">checked</xsl:attribute></xsl:if></input><span><xsl:value-of select="@label"/></span></label>
                </xsl:for-each>
              </fieldset>
            </xsl:when>
            <xsl:otherwise>
              <label><span><xsl:value-of select="@word"/></span>
                <select name="{@name}">
                  <xsl:for-each select="OPTION"><option value="{@value}"><xsl:if test="@selected = 'true'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if><xsl:value-of select="@label"/></option></xsl:for-each>
                </select>
              </label>
            </xsl:otherwise>
          </xsl:choose>
        </xsl:for-each>
        <div class="actions">
          <button type="submit"><xsl:attribute name="class"><xsl:choose><xsl:when test="@grave = 'true'">main grave</xsl:when><xsl:otherwise>main</xsl:otherwise></xsl:choose></xsl:attribute><xsl:value-of select="@word"/></button>
          <a class="button" href="{@backHref}">Cancel</a>
        </div>
      </form>
    </section>
  </xsl:template>
</xsl:stylesheet>
