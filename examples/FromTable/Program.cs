using System.Globalization;
using FromTable;
using GBlend.MLNet.Tables;
using Microsoft.ML;

var ml = new MLContext(seed: 1);

return ExampleProgram.Run(args, CommandLine.Help, Run);

int Run(CancellationToken cancellation)
{
    var line = CommandLine.Parse(args);

    // 1. The table, and what its columns are.
    string path = line.TableFile ?? GeneratedTable.Write(Directory.CreateTempSubdirectory("fromtable-").FullName);
    var all = Load(path, line);
    Console.WriteLine($"{path}\n\n{all}\n");

    // 2. A fifth of the rows is set aside, unless there is a table of test rows.
    var (table, test) = line.TestFile is { } file ? (all, Load(file, line)) : Split(all, line);

    // 3. The model.
    var options = new MultiModalOptions { SamplingKey = line.KeyColumn, Progress = new Lines() };
    using var model = Fit(table, line, options, cancellation);

    // 4. What came out.
    if (model.Leaderboard is { } leaderboard)
        Console.WriteLine($"\nThe best trials of the sweep:\n{leaderboard.Head(5)}");
    Console.WriteLine($"\nThe answer is the {model.History.Answer}.");
    foreach (var (name, value) in model.Evaluate(test))
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-22} {value:0.###}"));
    ModelFile.Save(ml, model, table.Data.Schema, line.ModelFile);
    File.WriteAllText(line.ProgramFile, model.Pipeline);
    Console.WriteLine($"\nSaved {line.ModelFile}, the program that builds the same pipeline by hand ({line.ProgramFile})");
    Console.WriteLine($"and the report: {model.Report(test).Save(line.ReportFile)}");
    return 0;
}

MultiModalTable Load(string path, CommandLine line)
{
    try
    {
        return line.Kinds.Aggregate(MultiModalTable.Load(ml, path), (table, kind) => table.With(kind.Column, kind.Kind));
    }
    catch (Exception e) when (e is IOException or ArgumentException or InvalidDataException)
    {
        throw new UserErrorException(e.Message);
    }
}

(MultiModalTable, MultiModalTable) Split(MultiModalTable all, CommandLine line)
{
    var split = ml.Data.TrainTestSplit(all.Data, 0.2, line.KeyColumn, seed: 1);
    return (Like(split.TrainSet), Like(split.TestSet));

    // The same kinds: they were inferred from all rows.
    MultiModalTable Like(IDataView rows) =>
        all.Columns.Aggregate(MultiModalTable.From(ml, rows, all.Folder), (table, column) => table.With(column.Name, column.Kind));
}

MultiModalModel Fit(MultiModalTable table, CommandLine line, MultiModalOptions options, CancellationToken cancellation)
{
    try
    {
        return ml.MultiModal().Fit(table, line.Label, line.Time, options, cancellation);
    }
    catch (Exception e) when (e is ArgumentException or InvalidOperationException)
    {
        throw new UserErrorException(e.Message);
    }
}

/// <summary>Prints a line whenever something else is done, and no more than one in two seconds.</summary>
internal sealed class Lines : IProgress<MultiModalProgress>
{
    private TimeSpan _last = TimeSpan.FromSeconds(-2);

    public void Report(MultiModalProgress value)
    {
        if (value.Step.Contains("epoch", StringComparison.Ordinal) && value.Elapsed - _last < TimeSpan.FromSeconds(2))
            return;
        _last = value.Elapsed;
        Console.WriteLine(value);
    }
}
