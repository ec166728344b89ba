"""OpenID Connect: people sign in at an organisation's provider, services show its tokens.

``governance.identity.oidc.issuer.Issuer`` is the way in. Nothing here knows a server, a session or
the database: what comes out is an ``ExternalIdentity``.
"""
