#include "tap/print/printer.h"

#include "tap/print/json.h"
#include "tap/print/line.h"
#include "tap/print/yaml.h"

namespace pdns::tap {
namespace {

std::string Render(Frame& frame, const PrintOptions& options) {
  switch (options.format) {
    case Format::kJson:
      return FrameToJson(frame, options.zone) + "\n";
    case Format::kYaml:
      return "---\n" + FrameToYaml(frame, options.zone);
    case Format::kLine:
      break;
  }
  return FrameToLine(frame, {options.zone, options.colour}) + "\n";
}

std::string RenderMalformed(Bytes payload, const PrintOptions& options) {
  switch (options.format) {
    case Format::kJson:
      return MalformedToJson(payload) + "\n";
    case Format::kYaml:
      return "---\n" + MalformedToYaml(payload);
    case Format::kLine:
      break;
  }
  return MalformedLine(payload.size(), options.colour) + "\n";
}

}  // namespace

void Printer::Add(Bytes payload) {
  const std::lock_guard lock(mutex_);
  const bool full = options_.limit > 0 && counts_.shown >= options_.limit;
  if (!full && output_.error() == 0) Print(payload);
}

void Printer::Print(Bytes payload) {
  ++counts_.seen;
  const auto message = reader_.Read(payload);
  if (!message.has_value()) {
    ++counts_.malformed;
    if (options_.filter.empty()) Show(RenderMalformed(payload, options_));
    return;
  }
  Frame frame(*message);
  if (Passes(options_.filter, frame)) Show(Render(frame, options_));
}

void Printer::Show(const std::string& text) {
  if (!output_.Write(text)) {
    stop_.Request();
    return;
  }
  ++counts_.shown;
  if (options_.limit > 0 && counts_.shown >= options_.limit) stop_.Request();
}

void Printer::AddBrokenStream() {
  const std::lock_guard lock(mutex_);
  ++counts_.seen;
  ++counts_.malformed;
}

void Printer::AddLeftOut(std::uint64_t frames) {
  const std::lock_guard lock(mutex_);
  counts_.left_out += frames;
}

void Printer::Flush() {
  const std::lock_guard lock(mutex_);
  output_.Flush();
}

Counts Printer::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool Printer::limit_reached() const {
  const std::lock_guard lock(mutex_);
  return options_.limit > 0 && counts_.shown >= options_.limit;
}

int Printer::output_error() const {
  const std::lock_guard lock(mutex_);
  return output_.error();
}

}  // namespace pdns::tap
