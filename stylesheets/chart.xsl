<?xml version="1.0" encoding="UTF-8"?>
<!-- Charts: everything is worked out already; here it is only written down as SVG. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="CHART">
    <section class="card chart" aria-labelledby="chart">
      <div class="line">
        <h2 id="chart"><xsl:value-of select="@title"/></h2>
        <nav class="ranges" aria-label="Time shown">
          <xsl:for-each select="RANGE">
            <a href="{@href}"><xsl:if test="@selected = 'true'"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if><xsl:value-of select="@label"/></a>
          </xsl:for-each>
        </nav>
      </div>
      <xsl:if test="@fault"><p class="empty"><xsl:value-of select="@fault"/></p></xsl:if>
      <xsl:if test="@silent"><p class="note"><xsl:value-of select="@silent"/> did not answer: what was measured there is not drawn.</p></xsl:if>
      <xsl:if test="@coarse"><p class="note">Of a part of this time only what was rolled up to <xsl:value-of select="@coarse"/> is left.</p></xsl:if>
      <xsl:choose>
        <xsl:when test="@empty">
          <p class="empty">Nothing was measured in this time.</p>
        </xsl:when>
        <xsl:otherwise>
          <figure>
            <div class="plot" data-chart="live" data-unit="{@unit}" data-from="{@from}" data-to="{@to}">
              <svg class="drawing" width="100%" height="240" role="img" focusable="false">
                <title>
                  <xsl:value-of select="@title"/>
                  <xsl:for-each select="LINE">; <xsl:value-of select="@label"/>: last <xsl:value-of select="@last"/>, mean <xsl:value-of select="@mean"/>, from <xsl:value-of select="@minimum"/> to <xsl:value-of select="@maximum"/></xsl:for-each>
                </title>
                <svg class="area" y="10" width="100%" height="200">
                  <xsl:for-each select="Y">
                    <line class="grid" x1="0" x2="100%" y1="{@at}" y2="{@at}"/>
                    <text class="tick" x="-10" y="{@at}" dy="0.32em" text-anchor="end"><xsl:value-of select="@label"/></text>
                  </xsl:for-each>
                  <xsl:for-each select="X">
                    <line class="grid" x1="{@at}" x2="{@at}" y1="0" y2="100%"/>
                    <text x="{@at}" y="100%" dy="1.7em" text-anchor="middle">
                      <xsl:attribute name="class">tick<xsl:if test="position() mod 2 = 0"> odd</xsl:if></xsl:attribute>
                      <xsl:value-of select="@label"/>
                    </text>
                  </xsl:for-each>
                  <svg width="100%" height="100%" viewBox="0 0 {@width} {@height}" preserveAspectRatio="none">
                    <xsl:for-each select="LINE">
                      <xsl:if test="@area != ''"><path class="fill c{@number}" d="{@area}"/></xsl:if>
                      <xsl:if test="@band != ''"><path class="band c{@number}" d="{@band}"/></xsl:if>
                      <path class="stroke c{@number}" d="{@path}" vector-effect="non-scaling-stroke"/>
                    </xsl:for-each>
                  </svg>
                </svg>
              </svg>
            </div>
            <figcaption>
              <table class="legend">
                <thead><tr><th scope="col"><span class="hidden">Line</span></th><th scope="col">last</th><th scope="col">mean</th><th scope="col">least</th><th scope="col">most</th></tr></thead>
                <tbody>
                  <xsl:for-each select="LINE">
                    <tr>
                      <th scope="row"><svg class="swatch" width="22" height="8" aria-hidden="true" focusable="false"><path class="stroke c{@number}" d="M1 4h20"/></svg><xsl:value-of select="@label"/></th>
                      <td><xsl:value-of select="@last"/></td><td><xsl:value-of select="@mean"/></td><td><xsl:value-of select="@minimum"/></td><td><xsl:value-of select="@maximum"/></td>
                    </tr>
                  </xsl:for-each>
                </tbody>
              </table>
              <xsl:if test="@hidden &gt; 0"><p class="note"><xsl:value-of select="@hidden"/> more are not drawn; choose one of them below.</p></xsl:if>
              <p class="note zoom" hidden="hidden">Drag across the chart to zoom; double-click to see all.</p>
            </figcaption>
          </figure>
        </xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>

  <xsl:template match="spark">
    <svg class="spark" width="100" height="24" viewBox="0 0 100 24" aria-hidden="true" focusable="false">
      <xsl:if test="@second"><path class="stroke c2" d="{@second}"/></xsl:if>
      <xsl:if test="@path"><path class="stroke c1" d="{@path}"/></xsl:if>
    </svg>
  </xsl:template>
</xsl:stylesheet>
