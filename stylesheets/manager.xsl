<?xml version="1.0" encoding="UTF-8"?>
<!-- One manager. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:ptpmgr:peer" exclude-result-prefixes="p">
  <xsl:include href="layout.xsl"/>
  <xsl:include href="manager-card.xsl"/>
  <xsl:include href="pool.xsl"/>
  <xsl:include href="alarm-list.xsl"/>

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
        <xsl:apply-templates select="ACTION"/>
        <xsl:if test="@member = 'true' and ../@signIn"><a class="button" href="{../@signIn}" rel="nofollow">Sign in to act</a></xsl:if>
      </div>
    </div>
    <xsl:apply-templates select="../POOL" mode="sentences"><xsl:with-param name="about" select="@id"/></xsl:apply-templates>
    <xsl:if test="@reason and @condition != 'normal' and not(@member)">
      <p class="banner s-{@condition}"><xsl:call-template name="icon"><xsl:with-param name="name" select="@condition"/></xsl:call-template><span><xsl:value-of select="@reason"/></span></p>
    </xsl:if>
    <xsl:if test="@workloadReason">
      <p class="banner s-{@workloadCondition}"><xsl:call-template name="icon"><xsl:with-param name="name" select="@workloadCondition"/></xsl:call-template><span><xsl:choose><xsl:when test="@workload = 'late'">It has more to do than it can</xsl:when><xsl:otherwise>It is close to more than it can do</xsl:otherwise></xsl:choose>, for <xsl:value-of select="@workloadFor"/>: <xsl:value-of select="@workloadReason"/>.</span></p>
    </xsl:if>
    <xsl:if test="$status/p:configFault">
      <p class="banner s-warning"><xsl:call-template name="icon"><xsl:with-param name="name">warning</xsl:with-param></xsl:call-template><span>Its newest configuration was not taken: <xsl:value-of select="$status/p:configFault"/></span></p>
    </xsl:if>
    <xsl:apply-templates select="../NOTICE"/>
    <xsl:for-each select=".."><xsl:call-template name="alarm-card"><xsl:with-param name="all" select="MANAGER/@alarmsHref"/></xsl:call-template></xsl:for-each>
    <div class="columns even">
      <section class="card" aria-labelledby="state">
        <h2 id="state">State</h2>
        <dl class="facts">
          <div><dt>Role</dt><dd><xsl:apply-templates select="." mode="role"/></dd></div>
          <xsl:if test="$status">
            <div><dt>Health</dt><dd><xsl:value-of select="$status/p:health"/></dd></div>
            <div><dt>Load</dt><dd><xsl:value-of select="@load"/></dd></div>
            <xsl:if test="not(@member)"><div><dt>Pool</dt><dd>
              <xsl:choose>
                <xsl:when test="$status/p:poolRole = 'none'">none</xsl:when>
                <xsl:otherwise><xsl:value-of select="$status/p:poolRole"/>, term <xsl:value-of select="$status/p:term"/><xsl:if test="$status/p:master">, master <xsl:value-of select="$status/p:master"/></xsl:if></xsl:otherwise>
              </xsl:choose>
            </dd></div></xsl:if>
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
      <xsl:if test="@member = 'true'">
        <section class="card" aria-labelledby="pool">
          <h2 id="pool">In the pool<xsl:if test="../POOL/@name"><span class="name"><xsl:text> </xsl:text><xsl:value-of select="../POOL/@name"/></span></xsl:if></h2>
          <dl class="facts">
            <div><dt>Pool role</dt><dd class="roles"><xsl:apply-templates select="." mode="pool-role"/><xsl:if test="@stands = 'false'"><span>does not stand for master</span></xsl:if></dd></div>
            <div><dt>Master</dt><dd><xsl:choose><xsl:when test="../POOL/@master"><a href="{../POOL/@masterHref}"><xsl:value-of select="../POOL/@master"/></a>, term <xsl:value-of select="../POOL/@term"/></xsl:when><xsl:otherwise>none, term <xsl:value-of select="../POOL/@term"/></xsl:otherwise></xsl:choose></dd></div>
            <xsl:if test="@poolRole = 'master' and ../POOL/@lease"><div><dt>Lease left</dt><dd class="used"><xsl:value-of select="../POOL/@lease"/><xsl:call-template name="meter"><xsl:with-param name="share" select="../POOL/@leaseShare"/></xsl:call-template></dd></div></xsl:if>
            <div><dt>Standing</dt><dd>
              <xsl:choose>
                <xsl:when test="@standingWord"><xsl:apply-templates select="." mode="condition"/></xsl:when>
                <xsl:otherwise><xsl:value-of select="@standing"/></xsl:otherwise>
              </xsl:choose>
              <xsl:if test="@standingFor"><span class="since"> for <xsl:value-of select="@standingFor"/></span></xsl:if>
            </dd></div>
            <xsl:if test="@returnsIn"><div><dt>Returns</dt><dd>is given its own back in <xsl:value-of select="@returnsIn"/></dd></div></xsl:if>
            <div><dt>Owns</dt><dd><xsl:value-of select="@owns"/> elements</dd></div>
            <div><dt>Stands in for</dt><dd><xsl:value-of select="@standsInFor"/> elements</dd></div>
            <xsl:if test="@usedShare"><div><dt>Of its capacity</dt><dd class="used"><xsl:value-of select="@used"/> (<xsl:value-of select="@cost"/> of <xsl:value-of select="@capacity"/>)<xsl:call-template name="meter"><xsl:with-param name="share" select="@usedShare"/><xsl:with-param name="busy" select="@busy"/></xsl:call-template></dd></div></xsl:if>
            <div><dt>Priority</dt><dd><xsl:value-of select="@priority"/></dd></div>
          </dl>
        </section>
      </xsl:if>
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
            <xsl:for-each select="$status/p:accessCounts[not(p:method = preceding-sibling::p:accessCounts/p:method)]">
              <xsl:variable name="method" select="p:method"/>
              <div><dt>By <xsl:value-of select="$method"/></dt><dd><xsl:for-each select="$status/p:accessCounts[p:method = $method]"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="p:count"/><xsl:text> </xsl:text><xsl:value-of select="p:name"/></xsl:for-each></dd></div>
            </xsl:for-each>
            <div><dt>Late by</dt><dd><xsl:if test="@lag95">95 of 100 by less than <xsl:value-of select="@lag95"/>, the worst by </xsl:if><xsl:value-of select="@pollLag"/></dd></div>
            <xsl:if test="@workload">
              <div><dt>Keeps up</dt><dd class="used"><xsl:value-of select="@inUse"/> of the most it can do<xsl:call-template name="meter"><xsl:with-param name="share" select="@inUseShare"/><xsl:with-param name="busy" select="@inUseBusy"/></xsl:call-template></dd></div>
              <div><dt>Queue</dt><dd><xsl:value-of select="@underWay"/> polls under way, <xsl:value-of select="@waiting"/> due and waiting, <xsl:value-of select="@unstored"/> on the way to disk, <xsl:value-of select="@overlapped"/> left out as the former still ran</dd></div>
              <div><dt>Cost</dt><dd>polls take about <xsl:value-of select="@expected"/> of a core; counted as <xsl:value-of select="@carried"/>, of <xsl:value-of select="@carries"/> that it can carry. What costs most: <xsl:for-each select="COST"><xsl:if test="position() &gt; 1">, </xsl:if><a href="{@href}"><xsl:value-of select="@kind"/></a></xsl:for-each></dd></div>
            </xsl:if>
            <div><dt>Memory</dt><dd><xsl:value-of select="@memory"/></dd></div>
            <xsl:if test="@store"><div><dt>Store</dt><dd><xsl:value-of select="@store"/></dd></div></xsl:if>
            <xsl:if test="$can/p:methods"><div><dt>Reaches by</dt><dd><xsl:for-each select="$can/p:methods"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="."/></xsl:for-each></dd></div></xsl:if>
            <xsl:if test="$can/p:types"><div><dt>Manages</dt><dd><xsl:for-each select="$can/p:types"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="."/></xsl:for-each></dd></div></xsl:if>
          </dl>
        </section>
      </xsl:if>
    </div>
    <xsl:if test="../QUERY"><xsl:apply-templates select=".." mode="assignments"/></xsl:if>
  </xsl:template>

  <!-- Buttons: what is harmless is done at once, all else asks first. -->
  <xsl:template match="ACTION">
    <xsl:choose>
      <xsl:when test="@atOnce = 'true'">
        <form method="post" action="{@href}">
          <input type="hidden" name="token" value="{/PAGE/@token}"/>
          <input type="hidden" name="action" value="{@name}"/>
          <button type="submit"><xsl:value-of select="@word"/></button>
        </form>
      </xsl:when>
      <xsl:otherwise><a class="button" href="{@href}" rel="nofollow"><xsl:value-of select="@word"/></a></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- What it owns, what it stands in for, what it would be given back: one of the three at a time. -->
  <xsl:template match="PAGE" mode="assignments">
    <section class="card table assignments" aria-labelledby="elements">
      <div class="above padded">
        <h2 id="elements">Elements</h2>
        <nav class="ranges" aria-label="Which elements">
          <xsl:for-each select="QUERY/LIST">
            <a href="{@href}#elements"><xsl:if test="@selected = 'true'"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if><xsl:value-of select="@word"/><xsl:text> </xsl:text><b><xsl:value-of select="@count"/></b></a>
          </xsl:for-each>
        </nav>
        <xsl:call-template name="table-filter"><xsl:with-param name="label">Filter its elements</xsl:with-param></xsl:call-template>
      </div>
      <xsl:choose>
        <xsl:when test="ASSIGNMENT">
          <table class="list">
            <caption class="hidden"><xsl:value-of select="QUERY/LIST[@selected = 'true']/@word"/></caption>
            <thead><tr><th scope="col">Element</th><th scope="col">Owner</th><th scope="col" class="p1">Stand-in</th><th scope="col" class="p1">Home</th><th scope="col">Why</th><th scope="col" class="p2">Epoch</th></tr></thead>
            <tbody>
              <xsl:for-each select="ASSIGNMENT">
                <tr>
                  <th scope="row"><xsl:choose><xsl:when test="@href"><a class="title" href="{@href}"><xsl:value-of select="@element"/></a></xsl:when><xsl:otherwise><span class="title"><xsl:value-of select="@element"/></span></xsl:otherwise></xsl:choose></th>
                  <td><xsl:apply-templates select="." mode="owner"/></td>
                  <td class="p1"><xsl:choose><xsl:when test="@standIn"><a href="{@standInHref}"><xsl:value-of select="@standIn"/></a></xsl:when><xsl:otherwise>none</xsl:otherwise></xsl:choose></td>
                  <td class="p1"><xsl:call-template name="homes"/></td>
                  <td><xsl:call-template name="why"/></td>
                  <td class="p2 id"><xsl:value-of select="@epoch"/></td>
                </tr>
              </xsl:for-each>
            </tbody>
          </table>
        </xsl:when>
        <xsl:when test="QUERY/@filtered = 'true'"><p class="empty padded">Nothing matches. <a href="{QUERY/@allHref}">Show all</a></p></xsl:when>
        <xsl:when test="QUERY/@show = 'away'"><p class="empty padded">All that is at home here is polled here.</p></xsl:when>
        <xsl:otherwise><p class="empty padded">None.</p></xsl:otherwise>
      </xsl:choose>
    </section>
    <xsl:if test="QUERY/@pages &gt; 1"><xsl:call-template name="pager"><xsl:with-param name="what">elements</xsl:with-param></xsl:call-template></xsl:if>
  </xsl:template>

  <xsl:template name="own-portal">
    <xsl:if test="starts-with(@portal, 'http://') or starts-with(@portal, 'https://')">
      <a class="button" href="{@portal}/" rel="noreferrer">Its own portal</a>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
