#include "corpus/words.h"

namespace pdns::bench {

// clang-format off
const std::array<std::string_view, 256> kWords = {
    "able", "acorn", "active", "agile", "air", "alma", "alpha", "alpine", "amber", "anchor",
    "apex", "apple", "aqua", "arc", "arena", "art", "ash", "asia", "atlas", "auto", "bay",
    "beach", "bear", "best", "beta", "bike", "bio", "bird", "black", "blue", "board", "boat",
    "bold", "bond", "book", "box", "brand", "bread", "brick", "bridge", "bright", "build", "cab",
    "cafe", "call", "camp", "candy", "car", "card", "care", "cart", "casa", "castle", "cell",
    "center", "chef", "city", "class", "clean", "clear", "click", "cloud", "club", "coast",
    "code", "coffee", "color", "core", "craft", "creek", "crest", "crown", "cube", "cyber",
    "daily", "dance", "data", "day", "deal", "deco", "delta", "dental", "design", "desk", "digi",
    "direct", "doc", "dog", "dream", "drive", "duo", "eagle", "earth", "east", "easy", "eco",
    "edge", "edu", "elite", "energy", "euro", "event", "ever", "expert", "express", "eye", "fab",
    "fair", "family", "farm", "fast", "film", "fin", "fine", "fire", "first", "fish", "fit",
    "flex", "flow", "fly", "food", "force", "forest", "forum", "foto", "fox", "free", "fresh",
    "fun", "fusion", "future", "gallery", "game", "garden", "gas", "gate", "gear", "gem", "geo",
    "gift", "global", "go", "gold", "golf", "good", "grand", "graph", "great", "green", "grid",
    "group", "guard", "guide", "hair", "hand", "happy", "harbor", "health", "heart", "help",
    "hero", "high", "hill", "home", "honey", "horse", "hotel", "house", "hub", "ice", "idea",
    "image", "info", "ink", "inn", "iron", "island", "jet", "job", "joy", "jump", "just", "key",
    "kids", "king", "kit", "lab", "lake", "land", "laser", "law", "leaf", "legal", "life",
    "light", "line", "link", "lion", "live", "local", "logic", "lot", "love", "luna", "mac",
    "magic", "mail", "maker", "map", "mar", "mark", "market", "master", "max", "media", "medi",
    "mega", "metal", "micro", "mind", "mobile", "mod", "money", "moon", "moto", "music", "my",
    "nano", "native", "net", "new", "next", "nice", "night", "nord", "nova", "ocean", "office",
    "olive", "one", "opening", "orange", "orbit", "pack", "palm", "paper", "park", "partner",
    "pearl", "petro", "photo", "pilot", "pine", "planet", "platform"};

const std::array<std::string_view, 64> kTails = {
    "", "s", "ly", "24", "hub", "app", "shop", "er", "net", "web", "lab", "io", "online", "pro",
    "365", "group", "tech", "ia", "team", "now", "store", "media", "world", "service",
    "solutions", "1", "2", "x", "up", "go", "us", "uk", "de", "eu", "co", "inc", "ltd", "law",
    "art", "fit", "care", "care24", "systems", "academy", "travel", "design", "studio",
    "consulting", "clinic", "bau", "haus", "markt", "blog", "news", "tv", "bank", "pay", "box",
    "land", "way", "plus", "zone", "point", "link"};

const std::array<std::string_view, 64> kHosts = {
    "mail", "smtp", "imap", "pop", "webmail", "autodiscover", "autoconfig", "mx", "mx1", "mx2",
    "ns1", "ns2", "dns1", "dns2", "ftp", "sftp", "api", "api2", "app", "apps", "m", "mobile",
    "blog", "shop", "store", "cdn", "static", "assets", "img", "images", "media", "video",
    "files", "download", "upload", "portal", "login", "sso", "auth", "account", "my", "secure",
    "vpn", "remote", "gw", "gateway", "fw", "test", "dev", "stage", "beta", "demo", "docs",
    "help", "support", "status", "git", "ci", "jira", "wiki", "intranet", "crm", "erp", "cpanel"};

const std::array<std::string_view, 16> kRegions = {
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-3", "eu-central-1",
    "eu-north-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1",
    "ca-central-1", "me-south-1", "af-south-1"};

const std::array<std::string_view, 12> kServices = {
    "_dmarc", "selector1._domainkey", "selector2._domainkey", "default._domainkey",
    "google._domainkey", "_sip._tcp", "_sip._tls", "_sipfederationtls._tcp", "_xmpp-client._tcp",
    "_xmpp-server._tcp", "_caldavs._tcp", "_autodiscover._tcp"};

const std::array<std::string_view, 10> kTokens = {
    "google-site-verification=", "MS=ms", "facebook-domain-verification=",
    "apple-domain-verification=", "atlassian-domain-verification=", "docusign=",
    "adobe-idp-site-verification=", "globalsign-domain-verification=", "stripe-verification=",
    "_globalsign-domain-verification="};

const std::array<std::string_view, 40> kClouds = {
    "cloudnest.net", "edgefleet.net", "fastlane-cdn.net", "skyhost.com", "apexedge.net",
    "bluecloud.com", "compute.skyhost.com", "elb.skyhost.com", "s3.skyhost.com", "trafficdir.net",
    "blobstore.bluecloud.com", "webapps.bluecloud.com", "cdnroot.com", "globaledge.net",
    "1a100.net", "searchhub.com", "usercontent.searchhub.com", "bigvideo.com", "friendedge.net",
    "socialcdn.net", "pushhub.com", "push-courier.net", "telemetry.deskos.com",
    "update.deskos.com", "events.appmetric.io", "sdk.appmetric.io", "adexchange.net",
    "tracker.adserve.com", "rtb.adserve.com", "dynhost.org", "homeip.net", "wpsites.com",
    "shopfronts.com", "mysitebuilder.com", "pagesfor.dev", "apphosted.com",
    "iot-devices.cn", "oss-cn.cloudyard.com", "gameserve.net", "streamtube.tv"};

const std::array<std::string_view, 24> kProviders = {
    "mailsafe.com", "mx-hosting.com", "postoffice.com", "protection.postoffice.com",
    "mxroute-eu.net", "officemail.com", "pochta.ru", "bulkpost.org", "gridpost.net",
    "spamgate.com", "mailshield-hosted.net", "mailarchive.com", "domain-desk.com",
    "registrar-servers.net", "cloudnest.net", "clouddnsx.com", "clouddnsx.org", "clouddnsx.net",
    "clouddnsx.co.uk", "dnsmadeit.com", "nsone.net", "anydnsx.net", "regio-dns.de",
    "hostgate.com"};

const std::array<std::string_view, 6> kLists = {
    "zen.blocklist.org", "bl.copperlist.net", "dnsbl.listnet.net", "list.dnswhite.org",
    "avqs.lookups-av.com", "hashserver.malhash.net"};

const std::array<Weighted, 48> kTlds = {{
    {"com", 450}, {"net", 72}, {"org", 66}, {"de", 50}, {"co.uk", 40}, {"ru", 34}, {"nl", 24},
    {"com.br", 20}, {"fr", 18}, {"io", 18}, {"it", 16}, {"pl", 14}, {"info", 14}, {"com.au", 13},
    {"eu", 12}, {"ca", 11}, {"co.jp", 9}, {"jp", 8}, {"cn", 9}, {"com.cn", 6}, {"in", 8},
    {"co.in", 4}, {"ch", 7}, {"se", 6}, {"es", 6}, {"be", 5}, {"at", 5}, {"cz", 5}, {"dk", 4},
    {"no", 3}, {"fi", 3}, {"hu", 3}, {"gr", 2}, {"tr", 1}, {"com.tr", 2}, {"mx", 1},
    {"com.mx", 2}, {"us", 3}, {"co", 3}, {"me", 2}, {"tv", 2}, {"xyz", 5}, {"online", 3},
    {"site", 2}, {"app", 3}, {"dev", 2}, {"shop", 2}, {"biz", 2}}};
// clang-format on

}  // namespace pdns::bench
