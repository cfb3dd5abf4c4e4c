<?xml version="1.0" encoding="UTF-8"?>
<!-- A value as the row of a table: of one metric, or of one instance. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template name="value">
    <xsl:param name="name"/>
    <xsl:param name="about"/>
    <tr>
      <xsl:if test="@selected = 'true'"><xsl:attribute name="class">selected</xsl:attribute></xsl:if>
      <th scope="row">
        <xsl:choose>
          <xsl:when test="@href"><a href="{@href}"><xsl:value-of select="$name"/></a></xsl:when>
          <xsl:otherwise><xsl:value-of select="$name"/></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="$about != ''"><span class="alias"><xsl:value-of select="$about"/></span></xsl:if>
      </th>
      <td>
        <xsl:attribute name="class"><xsl:choose><xsl:when test="@numeric = 'true'">number</xsl:when><xsl:otherwise>words</xsl:otherwise></xsl:choose></xsl:attribute>
        <xsl:if test="@severity">
          <span class="beyond"><xsl:call-template name="severity"><xsl:with-param name="severity" select="@severity"/></xsl:call-template><span class="alias"><xsl:value-of select="@threshold"/></span></span>
        </xsl:if>
        <xsl:value-of select="@text"/>
      </td>
      <td class="sparkcell"><xsl:apply-templates select="spark"/></td>
      <td class="number age"><xsl:value-of select="@ago"/> ago</td>
    </tr>
  </xsl:template>
</xsl:stylesheet>
