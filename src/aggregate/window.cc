#include "aggregate/window.h"

#include "aggregate/table.h"

namespace pdns::aggregate {

Window::Window() : trusted_(std::make_unique<Table>()), quarantined_(std::make_unique<Table>()) {}
Window::~Window() = default;

void Window::Add(const record::Tuple& tuple, const record::Sighting& sighting) {
  (sighting.reasons == record::kTrusted ? trusted_ : quarantined_)->Add(tuple, sighting);
}

bool Window::empty() const { return trusted_->empty() && quarantined_->empty(); }
std::size_t Window::memory() const { return trusted_->memory() + quarantined_->memory(); }

std::size_t Window::size() {
  trusted_->FoldPending();
  quarantined_->FoldPending();
  return trusted_->size() + quarantined_->size();
}

void Window::ListTrusted(std::vector<const record::Entry*>& out) {
  trusted_->FoldPending();
  trusted_->List(out);
}

void Window::ListQuarantined(std::vector<const record::Entry*>& out) {
  quarantined_->FoldPending();
  quarantined_->List(out);
}

void Window::Clear() {
  trusted_->Clear();
  quarantined_->Clear();
}

}  // namespace pdns::aggregate
