extension WrongConfigurations {
    /// Paths and addresses that are not taken, and folders that overlap.
    static let places = #"""
        # no scheme
        [[watch]]
        inbox = "/srv/in"
        [api]
        base_url = "enterprise.bitmind.ai"
        → 5: "base_url" must be an address that begins with http:// or https:// and has no query, such as \#
        "https://enterprise.bitmind.ai"; found another string

        # another scheme
        [[watch]]
        inbox = "/srv/in"
        [api]
        base_url = "ftp://enterprise.bitmind.ai"
        → 5: "base_url" must be an address that begins with http:// or https:// and has no query, such as \#
        "https://enterprise.bitmind.ai"; found another string

        # no host
        [[watch]]
        inbox = "/srv/in"
        [api]
        base_url = "https:///v1"
        → 5: "base_url" must be an address that begins with http:// or https:// and has no query, such as \#
        "https://enterprise.bitmind.ai"; found another string

        # nothing
        [[watch]]
        inbox = "/srv/in"
        [api]
        base_url = ""
        → 5: "base_url" must be an address that begins with http:// or https:// and has no query, such as \#
        "https://enterprise.bitmind.ai"; found the string ""

        # a query
        [[watch]]
        inbox = "/srv/in"
        [api]
        base_url = "https://enterprise.bitmind.ai/?api_key=hunter2"
        → 5: "base_url" must be an address that begins with http:// or https:// and has no query, such as \#
        "https://enterprise.bitmind.ai"; found another string

        # a number
        [[watch]]
        inbox = "/srv/in"
        [api]
        base_url = 5
        → 5: "base_url" must be an address that begins with http:// or https:// and has no query, such as \#
        "https://enterprise.bitmind.ai"; found a number

        # a proxy without a scheme
        [[watch]]
        inbox = "/srv/in"
        [api]
        proxy = "proxy.example:3128"
        → 5: "proxy" must be an address that begins with http:// or https:// and has no query, or "" for \#
        none, such as "http://proxy.example:3128"; found another string

        # a relative inbox
        [[watch]]
        inbox = "inbox"
        → 3: "inbox" must be an absolute path, such as "/srv/bitmind/inbox"; found the string "inbox"

        # an empty destination
        [[watch]]
        inbox = "/srv/in"
        ai = ""
        → 4: "ai" must be an absolute path, such as "/srv/bitmind/ai"; found the string ""

        # a path that goes up
        [[watch]]
        inbox = "/srv/in"
        ai = "/srv/../ai"
        → 4: "ai" goes up with ".."; name the folder by its own path

        # the top
        [[watch]]
        inbox = "/srv/in"
        failed = "//./"
        → 4: "failed" is the top of the file system; name a folder below it

        # a NUL
        [[watch]]
        inbox = "/srv/in"
        ai = "/srv/a\u0000i"
        → 4: "ai" has a control character in its path; name a path without

        # a name too long
        [[watch]]
        inbox = "/srv/in"
        ai = \#
        "/srv/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        → 4: "ai" is longer than Linux allows (4095 bytes, 255 for each name); shorten it

        # a relative CA file
        [[watch]]
        inbox = "/srv/in"
        [api]
        ca_file = "ca.pem"
        → 5: "ca_file" must be an absolute path, or "" for none, such as "/etc/ssl/certs/company.pem"; \#
        found another string

        # the same inbox twice
        [[watch]]
        inbox = "/srv/in"
        [[watch]]
        inbox = "/srv//in/"
        → 5: "inbox" is the same as "inbox" of line 3; an inbox is watched once

        # an inbox in an inbox
        [[watch]]
        inbox = "/srv/in"
        recursive = false
        [[watch]]
        inbox = "/srv/in/two"
        ai = "/srv/ai"
        human="/srv/human"
        failed="/srv/failed"
        → 6: "inbox" lies inside "inbox" of line 3; no inbox may lie in another

        # an inbox in an inbox, both with the defaults
        [[watch]]
        inbox = "/srv/in"
        [[watch]]
        inbox = "/srv/in/two"
        → 5: "inbox" lies inside "inbox" of line 3; no inbox may lie in another

        # an inbox around another, both with the defaults
        [[watch]]
        inbox = "/srv/in/two"
        [[watch]]
        inbox = "/srv/in"
        → 5: "inbox" contains "inbox" of line 3; no inbox may lie in another

        # a destination in the inbox
        [[watch]]
        inbox = "/srv/in"
        ai = "/srv/in/ai"
        → 4: "ai" lies inside "inbox" of line 3; give each a folder of its own, none inside another

        # an inbox in a destination
        [[watch]]
        inbox = "/srv/ai/in"
        ai = "/srv/ai"
        human = "/srv/human"
        failed = "/srv/failed"
        → 4: "ai" contains "inbox" of line 3; give each a folder of its own, none inside another

        # two destinations in one
        [[watch]]
        inbox = "/srv/in"
        ai = "/srv/out"
        human = "/srv/out"
        → 5: "human" is the same as "ai" of line 4; give each a folder of its own, none inside another

        # a destination in another
        [[watch]]
        inbox = "/srv/in"
        ai = "/srv/out"
        review = "/srv/out/review"
        → 5: "review" lies inside "ai" of line 4; give each a folder of its own, none inside another

        # an inbox that is its own destination
        [[watch]]
        inbox = "/srv/ai"
        → 3: "ai", by default "/srv/ai", is the same as "inbox" of line 3; give each a folder of its own, \#
        none inside another

        # folders of two watches
        [[watch]]
        inbox = "/srv/in"
        [[watch]]
        inbox = "/mnt/in"
        human = "/srv/ai"
        → 6: "human" is the same as "ai", by default "/srv/ai", of line 3; give each a folder of its own, \#
        none inside another

        # a text file in the inbox
        [metrics]
        textfile = "/srv/in/metrics.prom"
        [[watch]]
        inbox = "/srv/in"
        → 5: "inbox" contains "textfile" of line 3; name a file outside the folders of every [[watch]]

        # a CA file in a destination
        [[watch]]
        inbox = "/srv/in"
        [api]
        ca_file = "/srv/ai/ca.pem"
        → 5: "ca_file" lies inside "ai", by default "/srv/ai", of line 3; name a file outside the folders \#
        of every [[watch]]
        """#
}
