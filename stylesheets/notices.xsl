<?xml version="1.0" encoding="UTF-8"?>
<!-- Whom the manager tells of alarms and events, and whether they hear it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>

  <xsl:template match="PAGE" mode="main">
    <div class="heading"><h1><xsl:value-of select="@title"/></h1></div>
    <xsl:choose>
      <xsl:when test="DESTINATION">
        <div class="card table">
          <table class="list">
            <caption class="hidden">Destinations of notices</caption>
            <thead>
              <tr>
                <th scope="col">State</th><th scope="col">Destination</th>
                <th scope="col" class="number p1">Waiting</th><th scope="col" class="number p1">Sent</th>
                <th scope="col" class="number p1">Last sent</th><th scope="col" class="number p2">Failed tries</th>
                <xsl:if test="NOTICES/@mayTest = 'true'"><th scope="col">Do</th></xsl:if>
              </tr>
            </thead>
            <tbody><xsl:apply-templates select="DESTINATION"/></tbody>
          </table>
        </div>
      </xsl:when>
      <xsl:otherwise><p class="empty">The configuration of this manager names nobody to tell.</p></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="DESTINATION">
    <tr>
      <td><xsl:call-template name="status"><xsl:with-param name="status" select="@condition"/><xsl:with-param name="word" select="@word"/></xsl:call-template></td>
      <th scope="row">
        <span class="title"><xsl:value-of select="@id"/></span>
        <span class="id"><xsl:value-of select="@type"/><xsl:if test="@place != ''"><xsl:text> </xsl:text><xsl:value-of select="@place"/></xsl:if></span>
        <xsl:if test="@reason">
          <span class="reason">
            <xsl:if test="@isPast = 'true'">Failed </xsl:if><xsl:if test="@isPast != 'true'">Failing, last </xsl:if><xsl:value-of select="@failedAt"/> ago: <xsl:value-of select="@reason"/><xsl:if test="@retry">; next try in <xsl:value-of select="@retry"/></xsl:if>
          </span>
        </xsl:if>
        <xsl:if test="@remark"><span class="reason"><xsl:value-of select="@remark"/></span></xsl:if>
        <xsl:if test="@lost"><span class="reason"><xsl:value-of select="@lost"/> notices were given up since the start; the event log has them.</span></xsl:if>
        <span class="phone"><xsl:value-of select="@waiting"/> waiting<xsl:if test="@lastSent">, last sent <xsl:value-of select="@lastSent"/> ago</xsl:if></span>
      </th>
      <td class="number p1"><xsl:value-of select="@waiting"/></td>
      <td class="number p1"><xsl:value-of select="@sent"/></td>
      <td class="number p1"><xsl:if test="@lastSent"><xsl:value-of select="@lastSent"/> ago</xsl:if></td>
      <td class="number p2"><xsl:value-of select="@failed"/></td>
      <xsl:if test="../NOTICES/@mayTest = 'true'">
        <td>
          <form method="post" action="{../NOTICES/@formHref}">
            <input type="hidden" name="token" value="{../@token}"/>
            <input type="hidden" name="destination" value="{@id}"/>
            <div class="actions">
              <button type="submit" name="action" value="test">Test<span class="hidden">: send <xsl:value-of select="@id"/> a message</span></button>
            </div>
          </form>
        </td>
      </xsl:if>
    </tr>
  </xsl:template>
</xsl:stylesheet>
