#include "tap/json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "tap/describe.h"

namespace pdns::tap {
namespace {

class JsonTree final : public Tree {
 public:
  JsonTree() : json_(buffer_) { json_.StartObject(); }

  std::string Finish() {
    json_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

  void BeginMap(std::string_view key) override {
    Key(key);
    json_.StartObject();
  }
  void EndMap() override { json_.EndObject(); }
  void BeginList(std::string_view key) override {
    Key(key);
    json_.StartArray();
  }
  void EndList() override { json_.EndArray(); }
  void Text(std::string_view key, std::string_view text) override {
    Key(key);
    json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void Word(std::string_view key, std::string_view word) override { Text(key, word); }
  void Number(std::string_view key, std::uint64_t number) override {
    Key(key);
    json_.Uint64(number);
  }
  void Time(std::string_view key, std::string_view iso) override { Text(key, iso); }
  bool in_parts() const override { return true; }

 private:
  void Key(std::string_view key) {
    if (!key.empty()) json_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> json_;
};

}  // namespace

std::string FrameToJson(Frame& frame, Zone zone) {
  JsonTree tree;
  Describe(frame, zone, tree);
  return tree.Finish();
}

std::string MalformedToJson(Bytes payload) {
  JsonTree tree;
  DescribeMalformed(payload, tree);
  return tree.Finish();
}

}  // namespace pdns::tap
