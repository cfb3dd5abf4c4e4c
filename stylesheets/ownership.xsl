<?xml version="1.0" encoding="UTF-8"?>
<!-- Of one element: who polls it, who stands in, why; and the forms that give it to another. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:template match="OWNERSHIP">
    <xsl:if test="@unwatched">
      <p class="banner s-major"><xsl:call-template name="icon"><xsl:with-param name="name">major</xsl:with-param></xsl:call-template><span><b>Nobody polls it.</b><xsl:text> </xsl:text><xsl:value-of select="@unwatched"/></span></p>
    </xsl:if>
    <section class="card ownership" aria-labelledby="owner">
      <h2 id="owner">Polled by</h2>
      <dl class="figures">
        <div class="first"><dt>Owner</dt><dd>
          <xsl:choose>
            <xsl:when test="@unwatched">nobody</xsl:when>
            <xsl:when test="@owner"><a href="{@ownerHref}"><xsl:value-of select="@owner"/></a></xsl:when>
            <xsl:otherwise>nobody yet</xsl:otherwise>
          </xsl:choose>
        </dd></div>
        <xsl:if test="@holder and @holder != @owner"><div><dt>Still polled by</dt><dd><a href="{@holderHref}"><xsl:value-of select="@holder"/></a></dd></div></xsl:if>
        <div><dt>Stand-in</dt><dd><xsl:choose><xsl:when test="@standIn"><a href="{@standInHref}"><xsl:value-of select="@standIn"/></a></xsl:when><xsl:otherwise>none</xsl:otherwise></xsl:choose></dd></div>
        <div><dt>Home</dt><dd><xsl:for-each select="HOME"><xsl:if test="position() &gt; 1">, </xsl:if><a href="{@href}"><xsl:value-of select="@id"/></a></xsl:for-each><xsl:if test="not(HOME)">none: a pool element</xsl:if></dd></div>
        <xsl:if test="@delegatedTo">
          <div><dt>Delegated to <xsl:value-of select="@delegatedTo"/></dt><dd>
            <xsl:choose>
              <xsl:when test="@delegatedUntil">until <xsl:call-template name="moment"><xsl:with-param name="time" select="@delegatedUntil"/></xsl:call-template></xsl:when>
              <xsl:otherwise>until it is recalled</xsl:otherwise>
            </xsl:choose>
          </dd></div>
        </xsl:if>
        <xsl:if test="@epoch"><div class="p1"><dt>Epoch</dt><dd class="id"><xsl:value-of select="@epoch"/></dd></div></xsl:if>
        <xsl:if test="@reason"><div class="why"><dt>Why there</dt><dd><xsl:value-of select="@reason"/></dd></div></xsl:if>
      </dl>
      <xsl:if test="@canDelegate = 'true' or @canRecall = 'true'">
        <div class="forms">
          <xsl:if test="@canRecall = 'true'">
            <form class="act" method="post" action="{@formHref}">
              <input type="hidden" name="token" value="{/PAGE/@token}"/>
              <input type="hidden" name="action" value="recall"/>
              <button type="submit">Recall</button>
            </form>
          </xsl:if>
          <xsl:if test="@canDelegate = 'true'">
            <form class="act line" method="post" action="{@formHref}">
              <input type="hidden" name="token" value="{/PAGE/@token}"/>
              <input type="hidden" name="action" value="delegate"/>
              <label><span>Delegate to</span>
                <select name="to">
                  <option value="">somebody suitable</option>
                  <xsl:for-each select="CANDIDATE"><option value="{@id}"><xsl:value-of select="@id"/><xsl:if test="@used"><xsl:text>, </xsl:text><xsl:value-of select="@used"/> used</xsl:if></option></xsl:for-each>
                </select>
              </label>
              <label><span>For</span>
                <select name="for">
                  <option value="">no end</option>
                  <xsl:for-each select="SPAN"><option value="{@name}"><xsl:value-of select="@label"/></option></xsl:for-each>
                </select>
              </label>
              <label class="p2"><span>or until (UTC)</span><input type="datetime-local" name="until"/></label>
              <button type="submit">Delegate</button>
            </form>
          </xsl:if>
        </div>
      </xsl:if>
    </section>
  </xsl:template>
</xsl:stylesheet>
