#include "control/message.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>

#include "dnstap/decode.h"

namespace pdns::control {
namespace {

using Operation = Request::Operation;
constexpr std::array<std::string_view, 3> kOperations{"backfill", "tap", "status"};
constexpr unsigned kUntrustedWays = 3;

// Not the one that checks UTF-8: a path is bytes, and both ends take them as they are.
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void String(Writer& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

std::string Line(const rapidjson::StringBuffer& buffer) {
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

const rapidjson::Value* Member(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string TextOf(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value* value = Member(object, name);
  if (value == nullptr || !value->IsString()) return {};
  return {value->GetString(), value->GetStringLength()};
}

std::uint64_t NumberOf(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value* value = Member(object, name);
  return value != nullptr && value->IsUint64() ? value->GetUint64() : 0;
}

// An object nested a few levels at most: RapidJSON's parser recurses unless told not to.
bool ParseObject(std::string_view line, std::size_t longest, rapidjson::Document& document) {
  if (line.size() > longest) return false;
  document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  return !document.HasParseError() && document.IsObject();
}

// The code whose exit code it is.
Code CodeOf(std::uint64_t exit_code) {
  for (const Code code : {Code::kCorrupt, Code::kUsage, Code::kNoInput, Code::kDenied}) {
    if (static_cast<std::uint64_t>(ExitCode(code)) == exit_code) return code;
  }
  return Code::kIo;
}

Status TakePolicy(const rapidjson::Value& object, Request& request) {
  if (Member(object, "accepted") != nullptr) {
    const std::uint64_t accepted = NumberOf(object, "accepted");
    if (accepted == 0 || accepted >> record::kMessageTypes != 0)
      return Status::Malformed("a backfill accepts what is no set of types");
    request.accepted = static_cast<dnstap::TypeSet>(accepted);
  }
  if (const rapidjson::Value* untrusted = Member(object, "untrusted"); untrusted != nullptr) {
    if (!untrusted->IsUint64() || untrusted->GetUint64() >= kUntrustedWays)
      return Status::Malformed("a backfill does with the untrusted what nobody does");
    request.untrusted = static_cast<source::Untrusted>(untrusted->GetUint64());
  }
  return {};
}

Status TakeBackfill(const rapidjson::Value& object, Request& request) {
  const rapidjson::Value* paths = Member(object, "paths");
  if (paths == nullptr || !paths->IsArray() || paths->Empty())
    return Status::Malformed("a backfill names its paths");
  for (const auto& path : paths->GetArray()) {
    if (!path.IsString() || path.GetStringLength() == 0 || path.GetString()[0] != '/')
      return Status::Malformed("a path of a backfill is absolute");
    request.paths.emplace_back(path.GetString(), path.GetStringLength());
    if (request.paths.back().find('\0') != std::string::npos)
      return Status::Malformed("a path of a backfill holds a zero byte");
  }
  return TakePolicy(object, request);
}

}  // namespace

std::string ToLine(const Request& request) {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  json.StartObject();
  json.Key("op");
  String(json, kOperations.at(static_cast<std::size_t>(request.operation)));
  if (request.operation == Operation::kBackfill) {
    json.Key("paths");
    json.StartArray();
    for (const std::string& path : request.paths) String(json, path);
    json.EndArray();
    if (request.accepted.has_value()) {
      json.Key("accepted");
      json.Uint(*request.accepted);
    }
    if (request.untrusted.has_value()) {
      json.Key("untrusted");
      json.Uint(static_cast<unsigned>(*request.untrusted));
    }
  }
  json.EndObject();
  return Line(buffer);
}

std::string ToLine(const Reply& reply) {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  json.StartObject();
  if (reply.progress.has_value()) {
    json.Key("progress");
    json.StartObject();
    json.Key("bytes_total");
    json.Uint64(reply.progress->bytes_total);
    json.Key("bytes_done");
    json.Uint64(reply.progress->bytes_done);
    json.Key("frames");
    json.Uint64(reply.progress->frames);
    json.EndObject();
  } else if (reply.report.has_value()) {
    json.Key("exit");
    json.Int(reply.report->exit_code);
    json.Key("text");
    String(json, reply.report->text);
    json.Key("report");
    String(json, reply.report->json);
    json.Key("again");
    json.Bool(reply.report->again);
  } else if (!reply.error.ok()) {
    json.Key("error");
    String(json, reply.error.message());
    json.Key("code");
    json.Int(ExitCode(reply.error.code()));
    if (reply.error.code() == Code::kBusy) {
      json.Key("busy");
      json.Bool(true);
    }
  } else {
    json.Key("ok");
    json.Bool(true);
  }
  json.EndObject();
  return Line(buffer);
}

Result<Request> ParseRequest(std::string_view line) {
  rapidjson::Document document;
  if (!ParseObject(line, kLongestLine, document))
    return Status::Malformed("no JSON object on one line");
  const std::string operation = TextOf(document, "op");
  Request request;
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    if (operation != kOperations[i]) continue;
    request.operation = static_cast<Operation>(i);
    if (request.operation != Operation::kBackfill) return request;
    if (Status taken = TakeBackfill(document, request); !taken.ok()) return taken;
    return request;
  }
  return Status::Malformed("op is neither backfill, tap nor status");
}

Result<Reply> ParseReply(std::string_view line) {
  rapidjson::Document document;
  if (!ParseObject(line, kLongestReply, document))
    return Status::Malformed("no JSON object on one line");
  Reply reply;
  const rapidjson::Value* progress = Member(document, "progress");
  if (progress != nullptr && progress->IsObject()) {
    reply.progress = ProgressMade{NumberOf(*progress, "bytes_total"),
                                  NumberOf(*progress, "bytes_done"), NumberOf(*progress, "frames")};
  } else if (Member(document, "report") != nullptr) {
    constexpr std::uint64_t kExitCodes = 256;
    const rapidjson::Value* again = Member(document, "again");
    reply.report = Reply::Report{static_cast<int>(NumberOf(document, "exit") % kExitCodes),
                                 TextOf(document, "text"), TextOf(document, "report"),
                                 again != nullptr && again->IsTrue()};
  } else if (Member(document, "error") != nullptr) {
    const rapidjson::Value* busy = Member(document, "busy");
    const Code code =
        busy != nullptr && busy->IsTrue() ? Code::kBusy : CodeOf(NumberOf(document, "code"));
    reply.error = Status(code, TextOf(document, "error"));
  } else if (const rapidjson::Value* said = Member(document, "ok");
             said == nullptr || !said->IsTrue()) {
    return Status::Malformed("no reply of a control socket");
  }
  return reply;
}

}  // namespace pdns::control
