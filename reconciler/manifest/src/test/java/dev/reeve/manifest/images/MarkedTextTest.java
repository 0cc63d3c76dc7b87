package dev.reeve.manifest.images;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ImagePolicy.Part;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.text.Position;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Markers in YAML, and what becomes of the values that they stand behind.
class MarkedTextTest {
  private static final ObjectKey WEB = new ObjectKey(Marker.POLICY, "shop", "web");

  private static ImageChange to(String tag, String digest) {
    return new ImageChange(
        WEB, "reg.example.com/web", List.of(), new ImageTag(tag, digest), new TreeSet<>());
  }

  private static String edited(String text, ImageChange change) {
    return MarkedText.of(Bytes.utf8(text))
        .orElseThrow()
        .with(Map.of(change.policy(), change))
        .orElseThrow()
        .toUtf8();
  }

  private static String edited(String text, String tag) {
    return edited(text, to(tag, ""));
  }

  @Test
  void aMarkerIsFoundWithItsPolicyItsPartAndItsPlace() {
    var text =
        """
        a: 1
        image: web:1 # {"$imagepolicy": "shop:web"}
        tag: "2"   # {"$imagepolicy": "shop:web:tag"}
        - # no marker
        """
            .replace("- # no marker\n", "");

    assertThat(MarkedText.of(Bytes.utf8(text)).orElseThrow().markers())
        .containsExactly(
            new Marker(WEB, Part.IMAGE, "web:1", new Position(2, 8)),
            new Marker(WEB, Part.TAG, "2", new Position(3, 6)));
  }

  @Test
  void onlyTheValueChanges() {
    assertThat(
            edited(
                """
                # The web, and {"$imagepolicy": "shop:web"} in words.
                spec:
                    containers:
                    -   name:   web
                        image:  reg.example.com/web:1.0   # {"$imagepolicy": "shop:web"}
                    -   image: other:1.0 # {"$imagepolicy": "shop:other"}

                ---
                # Nothing here.
                """,
                "1.1"))
        .isEqualTo(
            """
            # The web, and {"$imagepolicy": "shop:web"} in words.
            spec:
                containers:
                -   name:   web
                    image:  reg.example.com/web:1.1   # {"$imagepolicy": "shop:web"}
                -   image: other:1.0 # {"$imagepolicy": "shop:other"}

            ---
            # Nothing here.
            """);
  }

  @Test
  void lineEndsAndAByteOrderMarkStay() {
    assertThat(
            edited("\uFEFFimage: web:1 # {\"$imagepolicy\": \"shop:web\"}\r\nb: 2\r\n\r\n", "1.1"))
        .isEqualTo(
            "\uFEFFimage: reg.example.com/web:1.1 # {\"$imagepolicy\": \"shop:web\"}\r\nb: 2\r\n\r\n");
  }

  @Test
  void quotesStay() {
    assertThat(
            edited(
                """
                a: 'web:1' # {"$imagepolicy": "shop:web"}
                b: "web:1" # {"$imagepolicy": "shop:web"}
                ä: ["x", 'y']
                c: 'ä' # {"$imagepolicy": "shop:web:tag"}
                """,
                "2"))
        .isEqualTo(
            """
            a: 'reg.example.com/web:2' # {"$imagepolicy": "shop:web"}
            b: "reg.example.com/web:2" # {"$imagepolicy": "shop:web"}
            ä: ["x", 'y']
            c: '2' # {"$imagepolicy": "shop:web:tag"}
            """);
  }

  @Test
  void aPlainTagThatYamlWouldReadAsANumberGetsQuotes() {
    assertThat(edited("newTag: v1 # {\"$imagepolicy\": \"shop:web:tag\"}\n", "1.10"))
        .isEqualTo("newTag: \"1.10\" # {\"$imagepolicy\": \"shop:web:tag\"}\n");
    assertThat(edited("newTag: 1.9 # {\"$imagepolicy\": \"shop:web:tag\"}\n", "1.9.1"))
        .isEqualTo("newTag: 1.9.1 # {\"$imagepolicy\": \"shop:web:tag\"}\n");
  }

  @Test
  void theSameTextStaysAsItIsWritten() {
    var text = "newTag: 1.10 # {\"$imagepolicy\": \"shop:web:tag\"}\n";

    assertThat(edited(text, "1.10")).isEqualTo(text);
  }

  @Test
  void nameTagAndDigestAreSetApart() {
    var digest = "sha256:" + "a".repeat(64);

    assertThat(
            edited(
                """
                images:
                - name: web
                  newName: old # {"$imagepolicy": "shop:web:name"}
                  newTag: "1" # {"$imagepolicy": "shop:web:tag"}
                  digest: sha256:0 # {"$imagepolicy": "shop:web:digest"}
                image: old:1 # {"$imagepolicy": "shop:web"}
                """,
                to("2", digest)))
        .isEqualTo(
            """
            images:
            - name: web
              newName: reg.example.com/web # {"$imagepolicy": "shop:web:name"}
              newTag: "2" # {"$imagepolicy": "shop:web:tag"}
              digest: %1$s # {"$imagepolicy": "shop:web:digest"}
            image: reg.example.com/web:2@%1$s # {"$imagepolicy": "shop:web"}
            """
                .formatted(digest));
  }

  @Test
  void aDigestThatIsNotKnownLeavesItsPlaceAlone() {
    var text = "digest: sha256:0 # {\"$imagepolicy\": \"shop:web:digest\"}\n";

    assertThat(edited(text, "2")).isEqualTo(text);
  }

  @Test
  void itemsOfAListAreMarkedToo() {
    assertThat(edited("args:\n- web:1 # {\"$imagepolicy\": \"shop:web\"}\n- b\n", "2"))
        .isEqualTo("args:\n- reg.example.com/web:2 # {\"$imagepolicy\": \"shop:web\"}\n- b\n");
  }

  @Test
  void whatCannotBeToldIsNoMarker() {
    for (String text :
        List.of(
            "spec: {image: web:1} # {\"$imagepolicy\": \"shop:web\"}\n",
            "image: web:1\n# {\"$imagepolicy\": \"shop:web\"}\n",
            "text: |\n  web:1 # {\"$imagepolicy\": \"shop:web\"}\n",
            "image: web:1 # {\"$imagepolicy\": \"web\"}\n",
            "image: web:1 # {\"$imagepolicy\": \"shop:web:half\"}\n",
            "image: # {\"$imagepolicy\": \"shop:web\"}\n",
            "image: {{ .Values.image }} # {\"$imagepolicy\": \"shop:web\"}\n",
            "image: web:1\n",
            "")) {
      assertThat(MarkedText.of(Bytes.utf8(text))).as(text).isEmpty();
    }
  }

  @Test
  void anAnchorOrATagInFrontOfTheValueIsLeftToAPerson() {
    for (String text :
        List.of(
            "a: &x web:1 # {\"$imagepolicy\": \"shop:web\"}\nb: *x\n",
            "a: !!str 1 # {\"$imagepolicy\": \"shop:web\"}\n")) {
      assertThat(MarkedText.of(Bytes.utf8(text)).orElseThrow().with(Map.of(WEB, to("2", ""))))
          .as(text)
          .isEmpty();
    }
  }

  @Test
  void anEncryptedFileHasNone() {
    assertThat(
            MarkedText.of(
                Bytes.utf8(
                    """
                    image: web:1 # {"$imagepolicy": "shop:web"}
                    sops:
                      mac: ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:str]
                      version: 3.8.1
                    """)))
        .isEmpty();
  }

  @Test
  void theMessageNamesPolicyOldAndNew() {
    var change =
        new ImageChange(
            WEB,
            "reg.example.com/web",
            List.of(new ImageTag("1.2.3", "")),
            new ImageTag("1.2.4", ""),
            new TreeSet<>(List.of(ObjectKey.parse("Deployment/shop/web"))));

    assertThat(ImageMessage.of("prod", 7, List.of(change), ""))
        .isEqualTo(
            """
            Update web to 1.2.4

            ImagePolicy.image.toolkit.fluxcd.io/shop/web: reg.example.com/web 1.2.3 to 1.2.4

            Reeve-Cluster: prod
            Reeve-Resource: Deployment/shop/web
            Reeve-Image: shop/web reg.example.com/web:1.2.4
            Reeve-Reason: ImageUpdated
            Reeve-Epoch: 7
            """);
  }
}
