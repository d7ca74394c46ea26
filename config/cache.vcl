# The cache in front of the portal: Varnish 7 with varnish-modules (xkey, vsthrottle), both Debian's.
# On one machine it is rendered and started by `make demo`; in a data centre copy it, write the web servers' addresses
# into `backend`, and start Varnish as in config/systemd/ (docs/operators.md). Doubled dollar signs are single ones then.
#
# What may be kept, and for how long, is the portal's decision (docs/reference/caching.md), not this file's. This file
# only makes requests that mean the same look the same, and keeps everybody who has an account away from the copies.
vcl 4.1;

import std;
import vsthrottle;
import xkey;

backend default {
    .host = "127.0.0.1";
    .port = "${port_web_server}";
    .connect_timeout = 2s;
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 60s;
}

# Who may hand on the address of somebody else: what ends TLS in front of this.
acl proxies {
    "127.0.0.0"/8;
    "::1";
}

sub vcl_recv {
    # Purges come in at a port of their own, which nobody but the portal reaches.
    if (local.socket == "purge") {
        if (req.method != "PURGE") {
            return (synth(405, "Only PURGE here"));
        }
        set req.http.X-Purged = "0";
        if (req.http.Surrogate-Key) {
            set req.http.X-Purged = xkey.purge(req.http.Surrogate-Key);
        }
        if (req.http.Surrogate-Key-Soft) {
            set req.http.X-Made-Old = xkey.softpurge(req.http.Surrogate-Key-Soft);
        }
        return (synth(200, "Purged"));
    }

    # Varnish has added its caller to X-Forwarded-For. Leave the one address that can be believed, and none for what
    # this very machine asks (monitors, jobs, tests): the portal does not ration itself.
    if (client.ip !~ proxies) {
        set req.http.X-Forwarded-For = client.ip;
    } elsif (req.http.X-Forwarded-For ~ ",") {
        set req.http.X-Forwarded-For = regsub(req.http.X-Forwarded-For, "^.*?([^, ]+)\s*,[^,]*$$", "\1");
    } else {
        unset req.http.X-Forwarded-For;
    }

    if (req.method !~ "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$$") {
        return (synth(405, "Method not allowed"));
    }
    # Log-ins are tried by hand, not by the hundred.
    if (req.method == "POST" && req.url ~ "^/([a-z]{2}/)?user/login"
        && req.http.X-Forwarded-For && vsthrottle.is_denied("login:" + req.http.X-Forwarded-For, 20, 60s)) {
        return (synth(429, "Too many requests"));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Somebody with an account: never a copy, never into a copy.
    if (req.http.Authorization || req.http.X-CKAN-API-Key
        || req.http.Cookie ~ "(^|;\s*)(ckan|remember_token)=") {
        return (pass);
    }
    unset req.http.Cookie;

    # One copy for all who read HTML or take anything; another only for who asks for a format by name.
    if (!req.http.Accept || req.http.Accept ~ "text/html" || req.http.Accept ~ "^\s*\*/\*\s*$$"
        || req.url ~ "^/(webassets|kielce|base|uploads)/") {
        set req.http.Accept = "text/html, */*;q=0.1";
    }
    set req.url = regsuball(req.url, "([?&])(utm_[a-z]+|fbclid|gclid|mc_[ce]id)=[^&]*", "\1");
    set req.url = std.querysort(regsub(regsuball(req.url, "&{2,}", "&"), "[?&]+$$", ""));
    return (hash);
}

# Copies cost nothing; what has to be made by the portal is rationed by address. The machine itself is not.
sub ration {
    if (req.http.X-Forwarded-For
        && vsthrottle.is_denied("made:" + req.http.X-Forwarded-For, 600, 60s)) {
        return (synth(429, "Too many requests"));
    }
}

sub vcl_miss {
    call ration;
}

sub vcl_pass {
    call ration;
}

sub vcl_backend_response {
    set beresp.http.xkey = beresp.http.Surrogate-Key;
    # A download that can be resumed keeps its bytes and its ETag: packed here it could be neither.
    if (!beresp.http.Accept-Ranges
        && beresp.http.Content-Type ~ "(?i)^(text/|image/svg|application/(.*json|.*xml|javascript|n-triples|manifest))") {
        set beresp.do_gzip = true;
    }
    # Big files go through: a copy of one would push thousands of pages out.
    if (std.integer(beresp.http.Content-Length, 0) > 8388608) {
        set beresp.uncacheable = true;
        set beresp.ttl = 120s;
        return (deliver);
    }
    # Nobody queues behind an answer that can't be kept; an error is asked for again soon.
    if (beresp.http.Set-Cookie || beresp.http.Cache-Control ~ "(?i)(private|no-store|no-cache)"
        || beresp.http.Vary == "*" || beresp.status >= 400) {
        set beresp.uncacheable = true;
        set beresp.ttl = 5s;
        return (deliver);
    }
    # What the portal says of one caller's allowance is nothing for the next.
    unset beresp.http.RateLimit;
    unset beresp.http.RateLimit-Policy;
}

sub vcl_deliver {
    set resp.http.X-Cache = "MISS";
    if (obj.uncacheable) {
        set resp.http.X-Cache = "PASS";
    } elsif (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    }
    unset resp.http.xkey;
    unset resp.http.Surrogate-Key;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
    unset resp.http.Server;
}

sub vcl_synth {
    set resp.http.Cache-Control = "no-store";
    if (req.http.X-Purged && local.socket == "purge") {
        set resp.http.X-Purged = req.http.X-Purged;
        synthetic(req.http.X-Purged);
        return (deliver);
    }
    if (resp.status == 429) {
        set resp.http.Retry-After = "60";
        set resp.http.Content-Type = "application/problem+json";
        set resp.http.Access-Control-Allow-Origin = "*";
        synthetic("""{"type": "about:blank", "title": "Too many requests", "status": 429, "detail": "Ask again in a minute; answers that are kept in the cache are not rationed."}""");
        return (deliver);
    }
}

sub vcl_backend_error {
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Content-Type = "text/html; charset=utf-8";
    if (bereq.url ~ "^/api/") {
        set beresp.http.Content-Type = "application/json";
        set beresp.body = """{"success": false, "error": {"message": "The portal does not answer. Please try again in a minute."}}""";
        return (deliver);
    }
    set beresp.body = """<!DOCTYPE html><html lang="pl"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Otwarte dane Kielce</title>
<style>body{font:1.1rem/1.5 sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>Portal chwilowo nie odpowiada</h1><p>Spróbuj za minutę.</p>
<h1 lang="en">The portal does not answer at the moment</h1><p lang="en">Please try again in a minute.</p></html>""";
    return (deliver);
}
