#include "aggregate/window.h"

#include "aggregate/table.h"

namespace pdns::aggregate {

Window::Window() : trusted_(std::make_unique<Table>()), quarantined_(std::make_unique<Table>()) {}
Window::~Window() = default;

void Window::Add(const record::Tuple& tuple, const record::Sighting& sighting) {
  (sighting.reasons == record::kTrusted ? trusted_ : quarantined_)->Add(tuple, sighting);
}

std::size_t Window::size() const { return trusted_->size() + quarantined_->size(); }
std::size_t Window::memory() const { return trusted_->memory() + quarantined_->memory(); }

void Window::ListTrusted(std::vector<const record::Entry*>& out) const { trusted_->List(out); }
void Window::ListQuarantined(std::vector<const record::Entry*>& out) const {
  quarantined_->List(out);
}

void Window::Clear() {
  trusted_->Clear();
  quarantined_->Clear();
}

}  // namespace pdns::aggregate
