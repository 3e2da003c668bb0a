package ai.neo.modelregistry.mlflow;

/** Whether a search shows what is deleted. */
enum ViewType {
  ACTIVE_ONLY("1"),
  DELETED_ONLY("2"),
  ALL("3");

  private final String number;

  ViewType(String number) {
    this.number = number;
  }

  /** By name or by MLflow's number; what is unknown counts as absent, as MLflow has it. */
  static ViewType of(Fields fields, String name) {
    String wanted = fields.word(name);
    for (ViewType type : values()) {
      if (wanted.equals(type.name()) || wanted.equals(type.number)) {
        return type;
      }
    }
    return ACTIVE_ONLY;
  }

  /** Of a table that says {@code deleted}, beginning with {@code AND}; or nothing. */
  String condition(String table) {
    return switch (this) {
      case ACTIVE_ONLY -> " AND NOT " + table + ".deleted";
      case DELETED_ONLY -> " AND " + table + ".deleted";
      case ALL -> "";
    };
  }
}
