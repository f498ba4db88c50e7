extension WrongConfigurations {
    /// Files that are not TOML.
    static let syntax = #"""
        # a string without quotes
        [api]
        auth = hunter2
        → 3: this is not TOML: this value is none; strings stand in quotation marks, as in level = "info"

        # a string without an end
        [api]
        auth = "hunter2
        → 3: this is not TOML: a string has no end in its line; close it with a quotation mark

        # a literal string without an end
        [api]
        auth = 'hunter2
        → 3: this is not TOML: a string has no end in its line; close it with a quotation mark

        # a value missing
        [api]
        auth =
        → 3: this is not TOML: a value is missing after "="

        # an equals sign missing
        [api]
        auth "hunter2"
        → 3: this is not TOML: a key is followed by "=" and its value, as in level = "info"

        # a heading without an end
        [api
        auth = "oauth"
        → 2: this is not TOML: this is no heading of a table; write it as in [api] or [[watch]]

        # a heading without a name
        []
        → 2: this is not TOML: this is no heading of a table; write it as in [api] or [[watch]]

        # a key twice
        [api]
        secret = "hunter2"
        secret = "hunter2"
        → 4: this is not TOML: this name stands in the file for the second time; keep one of the two

        # a table twice
        [api]
        [log]
        [api]
        → 4: this is not TOML: this name stands in the file for the second time; keep one of the two

        # one bracket, then two
        [watch]
        inbox = "/a"
        [[watch]]
        inbox = "/b"
        → 4: this is not TOML: [watch] and [[watch]] do not go together; write [[watch]] for every inbox

        # two brackets, then one
        [[watch]]
        inbox = "/a"
        [watch]
        inbox = "/b"
        → 4: this is not TOML: [watch] and [[watch]] do not go together; write [[watch]] for every inbox

        # something after a value
        [api]
        auth = "oauth" hunter2
        → 3: this is not TOML: something follows where the line should end; a comment begins with "#"

        # a number too large
        [api]
        secret = 99999999999999999999
        → 3: this is not TOML: a number is too large

        # a number that begins with 0
        [upload]
        concurrency = 08
        → 3: this is not TOML: a number begins with 0; write it without

        # a duration without quotes
        [api]
        request_timeout = 10s
        → 3: this is not TOML: this is not a number; durations and sizes stand in quotation marks, as in \#
        "10s" or "100MB"

        # a capital letter in true
        [[watch]]
        recursive = True
        → 3: this is not TOML: this value is none; write true or false in small letters, or a string in \#
        quotation marks

        # a backslash in a string
        [[watch]]
        inbox = "C:\in"
        → 3: this is not TOML: a backslash begins an escape that does not exist; write two for the \#
        character itself

        # half a surrogate
        [[watch]]
        inbox = "\ud800"
        → 3: this is not TOML: an escape names a character that does not exist; write it as in \u00e9

        # a control character
        [[watch]]
        inbox = "/a\#u{7}"
        → 3: this is not TOML: there is a control character; in strings, write it as in \n or \u001b

        # an array without an end
        [[watch]]
        ignore = ["a"
        → 3: this is not TOML: an array has no end; close it with "]"

        # an array without commas
        [[watch]]
        ignore = ["a" "b"]
        → 3: this is not TOML: the values of an array are separated by one comma each and closed with "]"

        # a table with a comma at its end
        api = { auth = "oauth", }
        → 2: this is not TOML: a table ends in a comma; remove it

        # a table on two lines
        api = { auth = "oauth"
        }
        → 2: this is not TOML: a table in braces stands on one line, its keys separated by one comma each

        # a key with a letter that must be quoted
        [api]
        sché.ma = 1
        → 3: this is not TOML: a key is followed by "=" and its value, as in level = "info"

        # a line that is nothing
        !
        → 2: this is not TOML: a line is a key with its value, a heading such as [api], or a comment that \#
        begins with "#"

        # a date that is none
        [api]
        auth = 2026-13-01
        → 3: this is not TOML: this is not a date; strings stand in quotation marks

        # a key of many dots
        [api]
        a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1
        → 3: this is not TOML: a key has too many dots; tables here have one name, such as [api]

        # values nested deep
        [api]
        auth = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
        → 3: this is not TOML: values are nested too deep; no key of this file takes such a value
        """#
}
