using System.Globalization;

namespace Compare;

/// <summary>What a result is of.</summary>
internal sealed record ResultKey(string Set, string Method, Treatment Treatment, int Seed);

/// <summary>One method on one set with one seed, at the rate that the held-out rows chose.</summary>
/// <param name="Key">Of what.</param>
/// <param name="Rate">The rate, with the modality's name before it where each has its own; <c>diverged</c> when no rate gave a model.</param>
/// <param name="Accuracy">On the test rows.</param>
/// <param name="LogLoss">On the test rows.</param>
/// <param name="HeldOutAccuracy">On the held-out rows.</param>
/// <param name="HeldOutLogLoss">On the held-out rows; of a pool, which is fitted on them, a little too good.</param>
/// <param name="Auc">On the test rows, of the rarer of two classes; not a number with more.</param>
/// <param name="Seconds">Of the chosen fit. Not for comparing costs: other fits ran beside it.</param>
internal sealed record ResultRow(
    ResultKey Key, string Rate, double Accuracy, double LogLoss, double HeldOutAccuracy, double HeldOutLogLoss, double Auc, double Seconds);

/// <summary>
/// The results as CSV. Every unit's lines are written and flushed together as it ends, so that an interrupted run goes on where it was;
/// lines of runs with other settings stay in the file and are not looked at.
/// </summary>
internal sealed class ResultFile(string path, string settings)
{
    private const string Header = "Set,Method,Treatment,Seed,Rate,Accuracy,LogLoss,HeldOutAccuracy,HeldOutLogLoss,Auc,Seconds,Settings";
    private readonly Lock _writing = new();

    public IReadOnlyList<ResultRow> Read()
    {
        var rows = new Dictionary<ResultKey, ResultRow>();
        foreach (var line in CsvLines.Read(path, Header))
        {
            var cells = line.Cells;
            if (cells.Count != Header.Split(',').Length || !Enum.TryParse(cells[2], ignoreCase: true, out Treatment treatment)
                || !int.TryParse(cells[3], CultureInfo.InvariantCulture, out int seed))
                throw new UserErrorException($"{path}, line {line.Line}: not a line of results. Correct it, or write to another folder with --out.");
            if (cells[^1] != settings)
                continue;
            var row = new ResultRow(new(cells[0], cells[1], treatment, seed), cells[4], Number(cells[5]), Number(cells[6]), Number(cells[7]), Number(cells[8]),
                Number(cells[9]), Number(cells[10]));
            rows[row.Key] = row;
            double Number(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? value
                : throw new UserErrorException($"{path}, line {line.Line}: '{cell}' is not a number. Correct it, or write to another folder with --out.");
        }
        return [.. rows.Values];
    }

    public void Append(IEnumerable<ResultRow> rows)
    {
        var lines = rows.Select(r => string.Create(CultureInfo.InvariantCulture,
            $"{CsvFile.Cell(r.Key.Set)},{r.Key.Method},{r.Key.Treatment.ToString().ToLowerInvariant()},{r.Key.Seed},{r.Rate},{r.Accuracy:R},{r.LogLoss:R},"
                + $"{r.HeldOutAccuracy:R},{r.HeldOutLogLoss:R},{r.Auc:R},{r.Seconds:0.00},{CsvFile.Cell(settings)}\n"));
        lock (_writing)
            CsvLines.Append(path, Header, string.Concat(lines));
    }
}
