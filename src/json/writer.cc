#include "json/writer.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace pdns::json {

struct Writer::Guest {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

namespace {

rapidjson::SizeType SizeOf(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

Writer::Writer() : guest_(std::make_unique<Guest>()) {}
Writer::~Writer() = default;
Writer::Writer(Writer&& other) noexcept = default;
Writer& Writer::operator=(Writer&& other) noexcept = default;

void Writer::BeginObject() { guest_->writer.StartObject(); }
void Writer::EndObject() { guest_->writer.EndObject(); }
void Writer::BeginArray() { guest_->writer.StartArray(); }
void Writer::EndArray() { guest_->writer.EndArray(); }
void Writer::Key(std::string_view key) { guest_->writer.Key(key.data(), SizeOf(key)); }
void Writer::Text(std::string_view text) { guest_->writer.String(text.data(), SizeOf(text)); }
void Writer::Number(std::uint64_t number) { guest_->writer.Uint64(number); }
void Writer::Real(double number) { guest_->writer.Double(number); }
void Writer::Bool(bool truth) { guest_->writer.Bool(truth); }

void Writer::BeginObject(std::string_view key) {
  Key(key);
  BeginObject();
}

void Writer::BeginArray(std::string_view key) {
  Key(key);
  BeginArray();
}

void Writer::Text(std::string_view key, std::string_view text) {
  Key(key);
  Text(text);
}

void Writer::Number(std::string_view key, std::uint64_t number) {
  Key(key);
  Number(number);
}

void Writer::Real(std::string_view key, double number) {
  Key(key);
  Real(number);
}

void Writer::Bool(std::string_view key, bool truth) {
  Key(key);
  Bool(truth);
}

void Writer::Time(std::string_view key, std::chrono::sys_seconds time) {
  Key(key);
  guest_->writer.Int64(time.time_since_epoch().count());
}

// RapidJSON's writer refuses a second document unless it is told that it begins anew.
void Writer::EndLine() {
  guest_->buffer.Put('\n');
  guest_->writer.Reset(guest_->buffer);
}

std::string_view Writer::text() const {
  return {guest_->buffer.GetString(), guest_->buffer.GetSize()};
}

void Writer::Clear() {
  guest_->buffer.Clear();
  guest_->writer.Reset(guest_->buffer);
}

}  // namespace pdns::json
