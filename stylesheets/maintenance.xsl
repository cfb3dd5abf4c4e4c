<?xml version="1.0" encoding="UTF-8"?>
<!-- Of one element: when trouble with it is expected, and the forms that say so. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:template match="MAINTENANCE">
    <section class="card maintenance" aria-labelledby="maintenance">
      <h2 id="maintenance">Maintenance</h2>
      <xsl:choose>
        <xsl:when test="WINDOW">
          <ul class="access">
            <xsl:for-each select="WINDOW">
              <li>
                <xsl:choose>
                  <xsl:when test="@active = 'true'"><xsl:call-template name="status"><xsl:with-param name="status">maintenance</xsl:with-param><xsl:with-param name="word">now</xsl:with-param></xsl:call-template></xsl:when>
                  <xsl:otherwise><xsl:call-template name="status"><xsl:with-param name="status">unknown</xsl:with-param><xsl:with-param name="word">to come</xsl:with-param></xsl:call-template></xsl:otherwise>
                </xsl:choose>
                <div class="what">
                  <span><xsl:if test="not(@active = 'true')">from <xsl:call-template name="moment"><xsl:with-param name="time" select="@from"/></xsl:call-template><xsl:text> </xsl:text></xsl:if>until <xsl:call-template name="moment"><xsl:with-param name="time" select="@to"/></xsl:call-template></span>
                  <xsl:if test="@text"><span class="text"><xsl:value-of select="@text"/></span></xsl:if>
                  <span class="about"><span>
                    <xsl:choose>
                      <xsl:when test="@by">set by <xsl:value-of select="@by"/></xsl:when>
                      <xsl:otherwise>from the configuration</xsl:otherwise>
                    </xsl:choose>
                  </span></span>
                </div>
                <xsl:if test="@canEnd = 'true'">
                  <form class="act" method="post" action="{../@formHref}">
                    <input type="hidden" name="token" value="{/PAGE/@token}"/>
                    <input type="hidden" name="action" value="endMaintenance"/>
                    <input type="hidden" name="window" value="{@id}"/>
                    <button type="submit"><xsl:choose><xsl:when test="@active = 'true'">End it</xsl:when><xsl:otherwise>Take it back</xsl:otherwise></xsl:choose></button>
                  </form>
                </xsl:if>
              </li>
            </xsl:for-each>
          </ul>
        </xsl:when>
        <xsl:otherwise><p class="empty">None is planned.</p></xsl:otherwise>
      </xsl:choose>
      <xsl:if test="@able = 'true'">
        <details class="plan">
          <summary>Put it into maintenance</summary>
          <form class="act line" method="post" action="{@formHref}">
            <input type="hidden" name="token" value="{/PAGE/@token}"/>
            <input type="hidden" name="action" value="maintain"/>
            <label><span>Why</span><input type="text" name="text" required="required" maxlength="500" size="30"/></label>
            <label><span>For</span>
              <select name="for">
                <xsl:for-each select="SPAN"><option value="{@name}"><xsl:value-of select="@label"/></option></xsl:for-each>
              </select>
            </label>
            <label class="p2"><span>or until (UTC)</span><input type="datetime-local" name="until"/></label>
            <label class="p2"><span>from (UTC), else now</span><input type="datetime-local" name="from"/></label>
            <button type="submit">Begin</button>
          </form>
          <p class="small note">It is polled on; nobody is told of its alarms before the end, and of what still stands then.</p>
        </details>
      </xsl:if>
    </section>
  </xsl:template>
</xsl:stylesheet>
