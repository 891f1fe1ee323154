// The full message, in both forms.
#include "tap/print/describe.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

#include <algorithm>
#include <string>

#include "tap/print/json.h"
#include "tap/print/yaml.h"
#include "unit/support/tapped.h"

namespace pdns::tap {
namespace {

using testing::Envelope;
using testing::Exchange;
using testing::Fields;
using testing::MessageBytes;
using testing::OptRecord;
using testing::Pointer;
using testing::QuestionBytes;
using testing::RecordBytes;
using testing::Tapped;
using testing::U16;
using testing::WireName;

rapidjson::Document Json(const std::string& payload) {
  const std::string text = FrameToJson(Tapped(payload).frame(), Zone::kUtc);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  EXPECT_FALSE(json.HasParseError()) << text;
  return json;
}

// The value at a JSON pointer, as text; "(absent)" when there is none.
std::string At(const rapidjson::Document& json, const std::string& path) {
  const rapidjson::Value* value = rapidjson::Pointer(path.c_str()).Get(json);
  if (value == nullptr) return "(absent)";
  if (value->IsString()) return value->GetString();
  if (value->IsUint64()) return std::to_string(value->GetUint64());
  return value->IsArray() ? "array of " + std::to_string(value->Size()) : "(other)";
}

// One record in each section, EDNS with an option.
std::string Response() {
  const std::string option = U16(15) + U16(2) + U16(22);
  return MessageBytes({.flags = 0x8583,
                       .questions = 1,
                       .answers = 1,
                       .authority = 1,
                       .additional = 2,
                       .body = QuestionBytes(WireName("wWw.Blah.org")) +
                               RecordBytes(Pointer(12), 16, "\4a\"\\\n") +
                               RecordBytes(Pointer(16), 2, Pointer(12)) +
                               RecordBytes(Pointer(12), 1, "abc") + OptRecord(option, 0x8001)});
}

TEST(Json, TheWholeEnvelope) {
  const Fields policy = Fields().Blob(1, "RPZ").Blob(2, "r\x01").Number(3, 2).Number(4, 9);
  const Fields message = Exchange(4)
                             .Blob(11, WireName("Blah.org"))
                             .Blob(15, policy.bytes())
                             .Number(16, 2)
                             .Blob(14, Response());
  const auto json = Json(Fields()
                             .Blob(1, "server\x1b")
                             .Blob(2, "v\"1\"")
                             .Blob(3, "\xff")
                             .Blob(14, message.bytes())
                             .Number(15, 1)
                             .bytes());
  EXPECT_EQ(At(json, "/type"), "MESSAGE");
  EXPECT_EQ(At(json, "/identity"), "server\\x1b");
  EXPECT_EQ(At(json, "/version"), "v\"1\"");
  EXPECT_EQ(At(json, "/extra"), "\\xff");
  EXPECT_EQ(At(json, "/message/type"), "RESOLVER_RESPONSE");
  EXPECT_EQ(At(json, "/message/query_time"), "2023-11-14T22:13:20.000000000Z");
  EXPECT_EQ(At(json, "/message/response_time"), "2023-11-14T22:13:21.123456789Z");
  EXPECT_EQ(At(json, "/message/message_size"), std::to_string(Response().size()));
  EXPECT_EQ(At(json, "/message/socket_family"), "INET");
  EXPECT_EQ(At(json, "/message/socket_protocol"), "UDP");
  EXPECT_EQ(At(json, "/message/http_protocol"), "HTTP2");
  EXPECT_EQ(At(json, "/message/query_address"), "127.0.0.1");
  EXPECT_EQ(At(json, "/message/response_address"), "127.0.53.1");
  EXPECT_EQ(At(json, "/message/query_port"), "5300");
  EXPECT_EQ(At(json, "/message/response_port"), "53");
  EXPECT_EQ(At(json, "/message/query_zone"), "Blah.org.");
  EXPECT_EQ(At(json, "/message/policy/type"), "RPZ");
  EXPECT_EQ(At(json, "/message/policy/rule"), "r\\x01");
  EXPECT_EQ(At(json, "/message/policy/action"), "NODATA");
  EXPECT_EQ(At(json, "/message/policy/match"), "9");
}

TEST(Json, TheWholeDnsMessage) {
  const auto json = Json(testing::ExchangePayload(Response()));
  const std::string dns = "/message/response_message_data/";
  EXPECT_EQ(At(json, dns + "opcode"), "QUERY");
  EXPECT_EQ(At(json, dns + "status"), "NXDOMAIN");
  EXPECT_EQ(At(json, dns + "id"), std::to_string(0x1234));
  EXPECT_EQ(At(json, dns + "flags"), "array of 4");
  EXPECT_EQ(At(json, dns + "flags/1"), "aa");
  EXPECT_EQ(At(json, dns + "ADDITIONAL"), "2");
  const std::string edns = dns + "OPT_PSEUDOSECTION/EDNS/";
  EXPECT_EQ(At(json, edns + "udp"), "1232");
  EXPECT_EQ(At(json, edns + "flags/0"), "do");
  EXPECT_EQ(At(json, edns + "reserved_flags"), "1");
  EXPECT_EQ(At(json, edns + "options/0/name"), "EDE");
  EXPECT_EQ(At(json, edns + "options/0/text"), "22 (No Reachable Authority)");
  EXPECT_EQ(At(json, edns + "options/0/data"), "0016");
  EXPECT_EQ(At(json, dns + "QUESTION_SECTION/0/rrname"), "wWw.Blah.org.");
  EXPECT_EQ(At(json, dns + "ANSWER_SECTION"), "array of 1");
  EXPECT_EQ(At(json, dns + "ANSWER_SECTION/0/rdata"), "\"a\\\"\\\\\\010\"");
  EXPECT_EQ(At(json, dns + "ANSWER_SECTION/0/ttl"), "300");
  EXPECT_EQ(At(json, dns + "AUTHORITY_SECTION/0/rrtype"), "NS");
  EXPECT_EQ(At(json, dns + "AUTHORITY_SECTION/0/rdata"), "www.blah.org.");
  EXPECT_EQ(At(json, dns + "ADDITIONAL_SECTION"), "array of 1");
  EXPECT_EQ(At(json, dns + "ADDITIONAL_SECTION/0/malformed"), "rdata");
  EXPECT_EQ(At(json, dns + "malformed"), "(absent)");
}

TEST(Json, BothMessagesOfAnExchange) {
  const std::string query = MessageBytes({.questions = 1, .body = QuestionBytes(WireName("q"))});
  for (const std::uint64_t type : {5U, 6U}) {
    const auto json = Json(Envelope(Exchange(type).Blob(10, query).Blob(14, Response())));
    EXPECT_EQ(At(json, "/message/query_message_data/QUESTION_SECTION/0/rrname"), "q.");
    EXPECT_EQ(At(json, "/message/response_message_data/AUTHORITY"), "1");
    EXPECT_EQ(At(json, "/message/message_size"),
              std::to_string(type == 5 ? query.size() : Response().size()));
  }
}

TEST(Json, WhatCannotBeRead) {
  const auto json = Json(Envelope(Fields()
                                      .Number(1, 77)
                                      .Number(2, 3)
                                      .Blob(4, "abc")
                                      .Blob(11, "\5ab")
                                      .Number(12, ~std::uint64_t{0})
                                      .Blob(14, "short")));
  EXPECT_EQ(At(json, "/message/type"), "77");
  EXPECT_EQ(At(json, "/message/socket_family"), "3");
  EXPECT_EQ(At(json, "/message/query_address"), "malformed: 616263");
  EXPECT_EQ(At(json, "/message/query_zone"), "malformed: 056162");
  EXPECT_EQ(At(json, "/message/response_time"), std::to_string(~std::uint64_t{0}));
  EXPECT_EQ(At(json, "/message/response_message_data/malformed"), "5 bytes are no header");
  EXPECT_EQ(At(json, "/message/response_message_data/wire"), "73686f7274");
}

TEST(Json, NoDnstapMessage) {
  EXPECT_EQ(MalformedToJson(AsBytes("text")),
            R"({"type":"malformed","size":4,"begins":"74657874"})");
  const std::string large(100, 'x');
  EXPECT_NE(MalformedToJson(AsBytes(large)).find("\"size\":100"), std::string::npos);
}

TEST(Yaml, AsDnstapReadHasIt) {
  const std::string option = U16(10) + U16(2) + "ab";
  const std::string response =
      MessageBytes({.flags = 0x8400,
                    .questions = 1,
                    .answers = 1,
                    .additional = 1,
                    .body = QuestionBytes(WireName("t.org"), 16) +
                            RecordBytes(Pointer(12), 16, "\3a\"b") + OptRecord(option, 0)});
  EXPECT_EQ(FrameToYaml(Tapped(testing::ExchangePayload(response)).frame(), Zone::kUtc),
            R"(type: MESSAGE
message:
  type: RESOLVER_RESPONSE
  query_time: !!timestamp 2023-11-14T22:13:20.000000000Z
  response_time: !!timestamp 2023-11-14T22:13:21.123456789Z
  message_size: 56b
  socket_family: INET
  socket_protocol: UDP
  query_address: "127.0.0.1"
  response_address: "127.0.53.1"
  query_port: 5300
  response_port: 53
  response_message_data:
    opcode: QUERY
    status: NOERROR
    id: 4660
    flags: qr aa
    QUESTION: 1
    ANSWER: 1
    AUTHORITY: 0
    ADDITIONAL: 1
    OPT_PSEUDOSECTION:
      EDNS:
        version: 0
        flags:
        udp: 1232
        options:
          - "COOKIE: 6162"
    QUESTION_SECTION:
      - "t.org. IN TXT"
    ANSWER_SECTION:
      - "t.org. 300 IN TXT \"a\\\"b\""
)");
}

TEST(Yaml, NoDnstapMessage) {
  EXPECT_EQ(MalformedToYaml(AsBytes("text")), "type: malformed\nsize: 4\nbegins: \"74657874\"\n");
}

}  // namespace
}  // namespace pdns::tap
