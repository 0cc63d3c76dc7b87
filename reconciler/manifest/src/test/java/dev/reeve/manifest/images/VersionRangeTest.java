package dev.reeve.manifest.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Ranges of versions in the notation that Flux takes.
class VersionRangeTest {
  @ParameterizedTest(name = "[{0}]")
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          *                  ; 0.0.1 1.2.3 10.0.0                   ; 1.2.3-rc.1
          ''                 ; 0.0.1 1.2.3                          ; 1.2.3-rc.1
          1.2.3              ; 1.2.3 1.2.3+build v1.2.3             ; 1.2.4 1.2.3-rc.1
          =1.2.3             ; 1.2.3                                ; 1.2.4
          1.2                ; 1.2.0 1.2.9                          ; 1.3.0 1.1.9
          1.2.x              ; 1.2.0 1.2.9                          ; 1.3.0
          1.x                ; 1.0.0 1.9.9                          ; 2.0.0 0.9.9 1.5.0-rc.1
          5.0.x              ; 5.0.0 5.0.3                          ; 5.1.0
          !=1.2.3            ; 1.2.4 1.2.2                          ; 1.2.3
          !=1.x              ; 2.0.0 0.1.0                          ; 1.2.3
          >1.2.3             ; 1.2.4 2.0.0                          ; 1.2.3 1.2.2
          >1.2               ; 1.3.0 2.0.0                          ; 1.2.9
          >1                 ; 2.0.0                                ; 1.9.9
          <1.2.3             ; 1.2.2 0.1.0                          ; 1.2.3
          >=1.2.3            ; 1.2.3 2.0.0                          ; 1.2.2
          =>1.2.3            ; 1.2.3                                ; 1.2.2
          <=1.2.3            ; 1.2.3 1.0.0                          ; 1.2.4
          <=1.2              ; 1.2.9 1.0.0                          ; 1.3.0
          <=1                ; 1.9.9                                ; 2.0.0
          ~1.2.3             ; 1.2.3 1.2.9                          ; 1.2.2 1.3.0
          ~1.2               ; 1.2.0 1.2.9                          ; 1.3.0
          ~1                 ; 1.0.0 1.9.0                          ; 2.0.0
          ~>1.2.3            ; 1.2.9                                ; 1.3.0
          ^1.2.3             ; 1.2.3 1.9.0                          ; 1.2.2 2.0.0
          ^1                 ; 1.0.0 1.9.0                          ; 2.0.0
          ^0.2.3             ; 0.2.3 0.2.9                          ; 0.3.0 0.2.2
          ^0.0.3             ; 0.0.3                                ; 0.0.4
          ^0.0               ; 0.0.0 0.0.9                          ; 0.1.0
          ^0                 ; 0.0.1 0.9.9                          ; 1.0.0
          ^v1.2.3            ; 1.3.0                                ; 2.0.0
          >=1.0.0 <2.0.0     ; 1.0.0 1.9.9                          ; 2.0.0 1.5.0-rc.1
          >=1.0.0, <2.0.0    ; 1.0.0 1.9.9                          ; 2.0.0
          >= 1.0.0 < 2.0.0   ; 1.0.0 1.9.9                          ; 2.0.0
          1.2 - 1.4          ; 1.2.0 1.3.0 1.4.9                    ; 1.5.0 1.1.9
          1.2.0 - 1.4.5      ; 1.2.0 1.4.5                          ; 1.4.6
          1.x || 3.x         ; 1.2.3 3.0.0                          ; 2.0.0
          <1.0.0||>=2.1      ; 0.9.0 2.1.0                          ; 1.0.0 2.0.9
          1.x ||             ; 1.2.3 3.0.0                          ; 1.2.3-rc.1
          >=1.0.0-0          ; 1.0.0-alpha 1.0.0 2.0.0-rc.1         ; 0.9.9
          >=1.0.0-rc.1 <2    ; 1.0.0-rc.1 1.0.0-rc.10 1.0.0         ; 1.0.0-beta 2.0.0
          ^1.0.0-alpha       ; 1.0.0-alpha.1 1.0.0 1.2.0            ; 2.0.0
          """)
  void contains(String range, String within, String without) {
    var read = VersionRange.parse(range == null ? "" : range).orElseThrow();

    for (String each : within.split(" ")) {
      assertThat(read.contains(Version.parse(each).orElseThrow())).as(each).isTrue();
    }
    for (String each : without.split(" ")) {
      assertThat(read.contains(Version.parse(each).orElseThrow())).as(each).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"latest", "1.2.3.4", ">", "1.2.3 foo", "^", "1..2", ">=1.0.0<", "~~1"})
  void whatIsNoRangeIsNone(String text) {
    assertThat(VersionRange.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2", "1", "latest", "01.2.3", "1.2.3-", "1.2.3.4", "main-abc"})
  void whatIsNoVersionIsNone(String text) {
    assertThat(Version.parse(text)).isEmpty();
  }

  @Test
  void versionsAreInTheOrderOfTheSpecification() {
    var ordered =
        List.of(
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.2.0",
            "1.10.0",
            "99999999999999999999.0.0");
    var shuffled = new ArrayList<>(ordered);
    Collections.reverse(shuffled);

    shuffled.sort(
        (a, b) -> Version.parse(a).orElseThrow().compareTo(Version.parse(b).orElseThrow()));

    assertThat(shuffled).isEqualTo(ordered);
  }
}
