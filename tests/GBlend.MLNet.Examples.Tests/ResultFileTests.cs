using Compare;

namespace GBlend.MLNet.Examples.Tests;

public sealed class ResultFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "results.csv");

    public void Dispose() => _folder.Dispose();

    private static ResultRow Row(string method, int seed) => new(new("set", method, Treatment.Best, seed), "0.05", 0.1 + seed, 1.0 / 3, 0.25, 0.5, 0.875, 2);

    [Fact]
    public void Results_of_other_rows_under_the_same_name_are_refused()
    {
        var data = GeneratedSets.Create("xor-pure");
        var file = new SetFile(Path.Combine(_folder.Path, "sets.csv"));
        file.Check([DataSet.From(data)]);
        file.Check([DataSet.From(data), DataSet.From(GeneratedSets.Create("xor-mix"))]);
        var error = Assert.Throws<UserErrorException>(() => file.Check([DataSet.From(data with { TestRows = [.. data.TestRows.Skip(1)] })]));
        Assert.Contains("xor-pure", error.Message, StringComparison.Ordinal);
        Assert.Contains("--out", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_read_as_they_were_written()
    {
        var diverged = Row("naive", 1) with { Rate = "diverged", Accuracy = double.NaN };
        var file = new ResultFile(FilePath, "60 epochs");
        file.Append([Row("naive", 0)]);
        file.Append([diverged, Row("equal", 0)]);
        Assert.Equal([Row("naive", 0), diverged, Row("equal", 0)], file.Read());
    }

    [Fact]
    public void A_line_that_an_interruption_cut_off_is_forgotten()
    {
        var file = new ResultFile(FilePath, "60 epochs");
        file.Append([Row("naive", 0)]);
        string whole = File.ReadAllText(FilePath);
        File.AppendAllText(FilePath, "set,naive,best,1,0.05,0.9");
        Assert.Equal([Row("naive", 0)], file.Read());
        file.Append([Row("naive", 1)]);
        Assert.Equal([Row("naive", 0), Row("naive", 1)], file.Read());
        Assert.StartsWith(whole + "set,naive,best,1,", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_other_settings_stay_and_are_not_read()
    {
        new ResultFile(FilePath, "60 epochs").Append([Row("naive", 0)]);
        var other = new ResultFile(FilePath, "40 epochs");
        Assert.Empty(other.Read());
        other.Append([Row("naive", 1)]);
        Assert.Equal([Row("naive", 1)], other.Read());
        Assert.Equal([Row("naive", 0)], new ResultFile(FilePath, "60 epochs").Read());
    }

    [Fact]
    public void A_line_that_is_none_of_ours_is_named()
    {
        File.WriteAllText(FilePath, "Set,Method\nx,y\n");
        var e = Assert.Throws<UserErrorException>(() => new ResultFile(FilePath, "60 epochs").Read());
        Assert.Contains("line 1", e.Message, StringComparison.Ordinal);
    }
}
