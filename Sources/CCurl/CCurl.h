#pragma once
#include <curl/curl.h>
#include <sys/prctl.h>

// Swift cannot call variadic functions, so each kind of argument has its own wrapper.

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_headers(CURL *easy, struct curl_slist *list) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

/// The errno of the last attempt to connect; 0 if there was none.
static inline long ccurl_connect_error(CURL *easy) {
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    return number;
}

/// The status of a proxy's answer to CONNECT; 0 if there was none.
static inline long ccurl_proxy_status(CURL *easy) {
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &number);
    return number;
}

/// Sets the function that supplies the bytes to send.
static inline CURLcode ccurl_on_read(CURL *easy, size_t (*call)(char *, size_t, size_t, void *), void *data) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_READFUNCTION, call);
    return code ? code : curl_easy_setopt(easy, CURLOPT_READDATA, data);
}

static inline CURLcode ccurl_on_seek(CURL *easy, int (*call)(void *, curl_off_t, int), void *data) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, call);
    return code ? code : curl_easy_setopt(easy, CURLOPT_SEEKDATA, data);
}

static inline CURLcode ccurl_on_write(CURL *easy, size_t (*call)(char *, size_t, size_t, void *), void *data) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call);
    return code ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, data);
}

static inline CURLcode ccurl_on_header(CURL *easy, size_t (*call)(char *, size_t, size_t, void *), void *data) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, call);
    return code ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, data);
}

static inline CURLcode ccurl_on_request(
    CURL *easy, int (*call)(void *, char *, char *, int, int), void *data) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, call);
    return code ? code : curl_easy_setopt(easy, CURLOPT_PREREQDATA, data);
}

/// Sets the function that makes the sockets.
static inline CURLcode ccurl_on_open(
    CURL *easy, curl_socket_t (*call)(void *, curlsocktype, struct curl_sockaddr *), void *data) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, call);
    return code ? code : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, data);
}

static inline CURLcode ccurl_on_close(CURL *easy, int (*call)(void *, curl_socket_t), void *data) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, call);
    return code ? code : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, data);
}

static inline CURLcode ccurl_on_tls(CURL *easy, CURLcode (*call)(CURL *, void *, void *), void *data) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, call);
    return code ? code : curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, data);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// Constants that the headers of libcurl 7.88 lack. A library that does not know an option refuses it.
///
/// CURLE_TOO_LARGE, since 8.6: the head of an answer exceeds libcurl's own limits.
static const CURLcode ccurl_too_large = (CURLcode)100;
/// CURLMOPT_QUICK_EXIT, since 8.20: the multi handle owns the name look-ups from this version on.
static const CURLMoption ccurl_multi_quick_exit = (CURLMoption)21;

/// TLS 1.2 or later. Some versions of the headers declare it as an enumeration's case, others as a macro.
static const long ccurl_tls_1_2 = CURL_SSLVERSION_TLSv1_2;

/// Names the calling thread, with at most 15 bytes.
static inline void ccurl_name_thread(const char *name) {
    prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
}
