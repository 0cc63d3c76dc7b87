package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.images.TagPattern;
import dev.reeve.manifest.images.TagRules;
import dev.reeve.manifest.images.VersionRange;
import dev.reeve.manifest.text.Json;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// Images that are followed, in the formats of Flux (`image.toolkit.fluxcd.io`, v1beta2 and v1).
final class ImageSchema {
  private static final String REPOSITORY = "ImageRepository";
  private static final String POLICY = "ImagePolicy";
  private static final List<String> ORDERS = List.of("semver", "alphabetical", "numerical");
  private static final String SIGNATURES = "^.*\\.sig$";
  private static final Duration INTERVAL_MIN = Duration.ofSeconds(5);

  private static final Notation NAME =
      new Notation(
          "image name",
          "an image's name without a tag, such as ghcr.io/team/app",
          image ->
              ImageReference.isWellFormed(image)
                  && image.indexOf('@') < 0
                  && image.lastIndexOf(':') <= Math.max(image.lastIndexOf('/'), 0)
                  && !image.contains("://"));
  private static final Notation PATTERN =
      new Notation("regular expression", "a regular expression", TagPattern::isWellFormed);
  private static final Notation RANGE =
      new Notation(
          "range of versions",
          "a range of semantic versions such as ^1.2 or >=1.0.0 <2.0.0",
          range -> VersionRange.parse(range).isPresent());

  private static final Type.Structure SECRET =
      structure("ImageSecretReference", acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired());

  static final Type.Structure REPOSITORY_SPEC =
      structure(
              "ImageRepositorySpec",
              acted("image", text(NAME)).asRequired(),
              acted("interval", text(Notation.INTERVAL)).or("5m"),
              acted("timeout", text(Notation.INTERVAL)),
              acted("secretRef", SECRET),
              acted("suspend", bool()),
              acted("exclusionList", list(text(PATTERN))),
              acted("insecure", bool()),
              acted("provider", oneOf("generic").butNot("aws", "azure", "gcp")).or("generic"),
              inert("accessFrom").because("a policy may name any repository that is in Git"),
              inert("serviceAccountName").because("name the Secret in secretRef"),
              refused("certSecretRef").because("the certificates that Java trusts are trusted"),
              refused("proxySecretRef"))
          .with(ImageSchema::repository);

  private static final Type.Structure ORDER =
      structure("ImagePolicyOrder", acted("order", oneOf("asc", "desc")).or("asc"));

  static final Type.Structure POLICY_SPEC =
      structure(
          "ImagePolicySpec",
          acted(
                  "imageRepositoryRef",
                  structure(
                      "ImageRepositoryReference",
                      acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                      acted("namespace", text(Notation.DNS_LABEL))))
              .asRequired(),
          acted(
              "filterTags",
              structure("TagFilter", acted("pattern", text(PATTERN)), acted("extract", text()))
                  .with((json, scope) -> {
                    if (json.has("extract") && json.path("pattern").asText().isEmpty()) {
                      scope.at("extract").refuse("needs a pattern");
                    }
                  })),
          acted(
              "policy",
              structure(
                      "ImagePolicyChoice",
                      acted(
                          "semver",
                          structure("SemverPolicy", acted("range", text(RANGE)).asRequired())),
                      acted("alphabetical", ORDER),
                      acted("numerical", ORDER))
                  .with(Rule.exactlyOneOf("semver", "alphabetical", "numerical"))),
          acted("digestReflectionPolicy", oneOf("Never", "IfNotPresent", "Always")).or("Never"),
          acted("suspend", bool()),
          inert("interval", text(Notation.INTERVAL))
              .because("digests are looked at as often as tags are"));

  private ImageSchema() {}

  private static void repository(ObjectNode json, Scope scope) {
    if (!json.has("exclusionList")) {
      json.set("exclusionList", Json.array().add(SIGNATURES));
    }
    GoDuration.parse(json.path("interval").asText())
        .filter(it -> !it.isZero() && it.compareTo(INTERVAL_MIN) < 0)
        .ifPresent(_ -> scope.at("interval").warn("below 5s is taken for 5s"));
  }

  /// What holds of a whole ImagePolicy, and of any other kind.
  static Rule policy(String kind) {
    return (json, scope) -> {
      JsonNode annotations = json.path("metadata").path("annotations");
      boolean isNewest = annotations.has(TagRules.ORDER);
      Scope at = scope.at("metadata", "annotations").key(TagRules.ORDER);
      if (!kind.equals(POLICY)) {
        if (isNewest) {
          at.refuse("belongs on an ImagePolicy");
        }
        return;
      }
      boolean isOrdered =
          Stream.of("semver", "alphabetical", "numerical")
              .anyMatch(json.path("spec").path("policy")::has);
      if (isNewest && !annotations.path(TagRules.ORDER).asText().equals(TagRules.NEWEST)) {
        at.refuse("must be \"newest\"");
      } else if (isNewest && isOrdered) {
        at.warn("stands in for spec.policy, which is not acted on");
      } else if (!isNewest && !scope.at("spec").isWritten("policy")) {
        scope.at("spec", "policy").refuse("is required: " + Spelling.alternatives(ORDERS));
      }
    };
  }

  static Stream<Kind> kinds(String apiVersion) {
    return Stream.of(
        Kind.of(
            apiVersion,
            REPOSITORY,
            Kind.Place.NAMESPACED,
            FieldClass.ACTED,
            Notation.DNS_SUBDOMAIN,
            List.of(acted("spec", REPOSITORY_SPEC).asRequired())),
        Kind.of(
            apiVersion,
            POLICY,
            Kind.Place.NAMESPACED,
            FieldClass.ACTED,
            Notation.DNS_SUBDOMAIN,
            List.of(acted("spec", POLICY_SPEC).asRequired())),
        Kind.of(
                apiVersion,
                "ImageUpdateAutomation",
                Kind.Place.NAMESPACED,
                FieldClass.INERT,
                Notation.DNS_SUBDOMAIN,
                List.of(inert("spec")))
            .because("markers are followed wherever they stand, on the branch that is tracked"));
  }
}
