package dev.reeve.core.model;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// When a CronJob starts its Jobs: the five fields of crontab(5) as Kubernetes reads them, or one
/// of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`, and `@every
/// 1h30m`.
///
/// Where both days are restricted, either is enough: `0 0 13 * 5` is each Friday and each 13th. A
/// field is not restricted when it is `*` or `?`; with a step of two or more it is.
///
/// Around a change to or from summer time it is as Kubernetes has it: a time of the local clock
/// that is left out does not come that day, one that comes twice is there twice.
///
/// @param minutes bit set of 0-59
/// @param hours bit set of 0-23
/// @param days bit set of 1-31
/// @param months bit set of 1-12
/// @param weekdays bit set of 0-6, Sunday is 0
/// @param anyDay the day of the month is not restricted
/// @param anyWeekday the day of the week is not restricted
/// @param every present where it is a distance and not a time
public record CronSchedule(
    String text,
    long minutes,
    long hours,
    long days,
    long months,
    long weekdays,
    boolean anyDay,
    boolean anyWeekday,
    Optional<Duration> every) {
  /// After so many years without a fitting day there is none: `0 0 30 2 *`. Leap years are at most
  /// eight years apart.
  private static final int YEARS = 9;

  private static final Map<String, String> NAMED =
      new TreeMap<>(
          Map.of(
              "@yearly", "0 0 1 1 *",
              "@annually", "0 0 1 1 *",
              "@monthly", "0 0 1 * *",
              "@weekly", "0 0 * * 0",
              "@daily", "0 0 * * *",
              "@midnight", "0 0 * * *",
              "@hourly", "0 * * * *"));

  private enum Field {
    MINUTE("minute", 0, 59, ""),
    HOUR("hour", 0, 23, ""),
    DAY("day of the month", 1, 31, ""),
    MONTH("month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
    WEEKDAY("day of the week", 0, 6, "sun mon tue wed thu fri sat");

    private final String word;
    private final int least;
    private final int most;
    private final String names;

    Field(String word, int least, int most, String names) {
      this.word = word;
      this.least = least;
      this.most = most;
      this.names = names;
    }
  }

  /// @throws IllegalArgumentException with what is wrong, and where
  public static CronSchedule parse(String text) {
    var trimmed = text.trim();
    if (trimmed.startsWith("@every ")) {
      return every(text, trimmed.substring("@every ".length()).trim());
    }
    var named = NAMED.get(trimmed);
    if (named == null && trimmed.startsWith("@")) {
      throw new IllegalArgumentException("\"" + trimmed + "\" is no schedule");
    }
    var fields = (named != null ? named : trimmed).split("\\s+", -1);
    if (fields.length != 5) {
      throw new IllegalArgumentException(
          "must have five fields (minute hour day-of-month month day-of-week), has "
              + (trimmed.isEmpty() ? 0 : fields.length));
    }
    return new CronSchedule(
        text,
        bits(Field.MINUTE, fields[0]),
        bits(Field.HOUR, fields[1]),
        bits(Field.DAY, fields[2]),
        bits(Field.MONTH, fields[3]),
        bits(Field.WEEKDAY, fields[4]),
        isAny(fields[2]),
        isAny(fields[4]),
        Optional.empty());
  }

  private static CronSchedule every(String text, String distance) {
    Duration every;
    try {
      every = Duration.parse("PT" + distance.toUpperCase(Locale.ROOT));
    } catch (java.time.format.DateTimeParseException e) {
      throw new IllegalArgumentException("\"" + distance + "\" is no distance such as 1h30m", e);
    }
    if (every.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("\"" + distance + "\" is less than a second");
    }
    return new CronSchedule(
        text, 0, 0, 0, 0, 0, true, true, Optional.of(every.truncatedTo(ChronoUnit.SECONDS)));
  }

  private static boolean isAny(String field) {
    for (String part : field.split(",", -1)) {
      if (part.matches("[*?](/0*1)?")) {
        return true;
      }
    }
    return false;
  }

  private static long bits(Field field, String text) {
    long bits = 0;
    for (String part : text.split(",", -1)) {
      bits |= range(field, part);
    }
    return bits;
  }

  private static long range(Field field, String text) {
    var stepped = text.split("/", -1);
    var ends = stepped[0].split("-", -1);
    if (text.isEmpty() || stepped.length > 2 || ends.length > 2) {
      throw new IllegalArgumentException("\"" + text + "\" is no " + field.word);
    }
    int first;
    int last;
    if (stepped[0].equals("*") || stepped[0].equals("?")) {
      first = field.least;
      last = field.most;
    } else {
      first = number(field, ends[0]);
      last = ends.length == 2 ? number(field, ends[1]) : first;
      if (ends.length == 1 && stepped.length == 2) {
        last = field.most;
      }
    }
    int step = stepped.length == 2 ? count(field, stepped[1]) : 1;
    if (first > last) {
      throw new IllegalArgumentException(
          "\"" + text + "\" ends before it begins (" + field.word + ")");
    }
    if (step == 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" goes by steps of 0 (" + field.word + ")");
    }
    long bits = 0;
    for (int i = first; i <= last; i += step) {
      bits |= 1L << i;
    }
    return bits;
  }

  private static int number(Field field, String text) {
    var names = field.names.isEmpty() ? new String[0] : field.names.split(" ", -1);
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(text.toLowerCase(Locale.ROOT))) {
        return field.least + i;
      }
    }
    int number = count(field, text);
    if (number < field.least || number > field.most) {
      throw new IllegalArgumentException(
          "\"%s\" is not between %d and %d (%s)"
              .formatted(text, field.least, field.most, field.word));
    }
    return number;
  }

  private static int count(Field field, String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("\"" + text + "\" is no " + field.word);
    }
    return Integer.parseInt(text);
  }

  /// The first time after another; empty where there is none.
  public Optional<Instant> next(Instant after, ZoneId zone) {
    if (every.isPresent()) {
      return Optional.of(after.truncatedTo(ChronoUnit.SECONDS).plus(every.get()));
    }
    var from = after.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
    int lastYear = from.getYear() + YEARS;
    var at = from;
    while (at.getYear() <= lastYear) {
      if (!has(months, at.getMonthValue())) {
        at = startOf(at.toLocalDate().withDayOfMonth(1).plusMonths(1), zone);
      } else if (!isDay(at.toLocalDate())) {
        at = startOf(at.toLocalDate().plusDays(1), zone);
      } else if (!has(hours, at.getHour())) {
        // By the clock of physics: an hour that comes twice is looked at twice.
        at = at.plusMinutes(60L - at.getMinute());
      } else if (!has(minutes, at.getMinute())) {
        at = at.plusMinutes(1);
      } else {
        return Optional.of(at.toInstant());
      }
    }
    return Optional.empty();
  }

  private static ZonedDateTime startOf(LocalDate day, ZoneId zone) {
    return day.atStartOfDay(zone);
  }

  private boolean isDay(LocalDate date) {
    boolean isDay = has(days, date.getDayOfMonth());
    boolean isWeekday = has(weekdays, date.getDayOfWeek().getValue() % DayOfWeek.values().length);
    return anyDay || anyWeekday ? isDay && isWeekday : isDay || isWeekday;
  }

  private static boolean has(long bits, int number) {
    return (bits >> number & 1) == 1;
  }
}
