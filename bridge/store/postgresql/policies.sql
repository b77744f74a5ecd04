-- Each pharmacy sees its own rows, whoever asks: also who owns the tables.
DO $$
DECLARE
  made regclass;
BEGIN
  FOR made IN
    SELECT pg_class.oid FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
      AND attname = 'pharmacy' AND NOT relrowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', made);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', made);
    EXECUTE format('CREATE POLICY own_rows ON %s
      USING (pharmacy = current_setting(''rxbridge.pharmacy''))', made);
  END LOOP;
END
$$;
