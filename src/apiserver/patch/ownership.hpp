// The rules by which fields change hands, shared by updates and applies.
#pragma once

#include "apiserver/patch/managers.hpp"
#include "apiserver/patch/patch.hpp"
#include "apiserver/patch/typed.hpp"

namespace rotor::apiserver::patch {

// Fields that are nobody's: what identifies an object, and what the endpoint in use does not change.
const kube::FieldSet& unowned_metadata();
kube::FieldSet out_of_reach(const schema::KindSchema& schema, std::string_view subresource);

struct Conflict {
  ManagerId manager;
  kube::Path field;
};

// Takes from everybody but `self` what is different between the two objects. Answers what others own and would lose;
// with `force` or for updates that is not asked.
std::vector<Conflict> contested(Managers& managers, const ManagerId& self, const typed::Difference& difference);
void yield(Managers& managers, const ManagerId& self, const typed::Difference& difference);

// The book-keeping of an update by `write`; both objects without managedFields.
void book_update(const schema::KindSchema& schema, const json::Object& before, const json::Object& after,
                 Managers& managers, const Write& write);

// The object as a Go program would have made it: nothing set.
json::Object blank(const schema::KindSchema& schema);

// `updated` with the times of `live` if it differs in nothing else. True when the two are the same then.
bool keep_times(const json::Object* live, json::Object& updated);

}  // namespace rotor::apiserver::patch
