using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tables.Tests;

public sealed class TableTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_says_what_every_column_is()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 200, 1));
        Assert.Equal([ColumnKind.LeftOut, ColumnKind.Number, ColumnKind.Category, ColumnKind.Date, ColumnKind.Text, ColumnKind.Image, ColumnKind.LeftOut,
            ColumnKind.Category],
            table.Columns.Select(c => c.Kind));
        string printed = table.ToString();
        Assert.All(table.Columns, c => Assert.Contains(c.Name, printed));
        Assert.Contains("all rows have the same value", printed);
        Assert.Equal(200, table.Data.GetColumn<ReadOnlyMemory<char>>("Price").Count());
    }

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    public void Load_reads_any_separator_with_quotes_and_line_breaks(char separator)
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 20, 2, separator: separator));
        string[] texts = [.. table.Data.GetColumn<ReadOnlyMemory<char>>("Description").Select(v => v.ToString())];
        Assert.Equal(20, texts.Length);
        Assert.All(texts, text => Assert.EndsWith(", \"new\"\nsecond line", text));
    }

    [Fact]
    public void Load_reads_marks_and_utf16_and_refuses_latin1()
    {
        const string Text = "Größe,Farbe\n1.5,grün\n2.5,weiß\n3.5,grün\n";
        foreach (var encoding in new[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            var table = MultiModalTable.Load(_ml, _folder.File("t.csv", [.. encoding.GetPreamble(), .. encoding.GetBytes(Text)]));
            Assert.Equal(["Größe", "Farbe"], table.Columns.Select(c => c.Name));
            Assert.Equal(ColumnKind.Number, table.Columns[0].Kind);
        }
        var error = Assert.Throws<InvalidDataException>(() => MultiModalTable.Load(_ml, _folder.File("latin.csv", Encoding.Latin1.GetBytes(Text))));
        Assert.Contains("line 1: byte 2 ", error.Message);
        Assert.Contains("UTF-8", error.Message);
    }

    [Theory]
    [InlineData("", "no lines")]
    [InlineData("A,B\n", "no rows")]
    [InlineData("A,A\n1,2\n", "several columns have the name 'A'")]
    [InlineData("A,\n1,2\n", "column 1 ")]
    [InlineData("A,B\n1,2\n3\n", "line 3: the row has 1 cells, but there are 2 columns")]
    [InlineData("A,B\n1,\"2\n3,4\n", "line 2")]
    public void Load_refuses_what_is_no_table_by_line(string text, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => MultiModalTable.Load(_ml, _folder.File("bad.csv", text))).Message);

    [Theory]
    [InlineData("1.5|2|3e4|-7", ColumnKind.Number)]
    [InlineData("1.5||NA|2.5", ColumnKind.Number)]
    [InlineData("2024-01-02|2023-05-06|2022-10-11", ColumnKind.Date)]
    [InlineData("|||", ColumnKind.LeftOut)]
    [InlineData("5|5|5", ColumnKind.LeftOut)]
    [InlineData("1|2|3|4|5", ColumnKind.LeftOut)]
    [InlineData("yes|no|yes|no|no", ColumnKind.Category)]
    [InlineData("a long text of words here|another text with many words|yet a third one, longer than these", ColumnKind.Text)]
    [InlineData("x1.jpg|x2.jpg|x3.png", ColumnKind.LeftOut)]
    public void Infer_says_the_kind(string values, ColumnKind kind)
    {
        string[] cells = values.Split('|');
        // Texts and ids are told by how many values there are; the short lists stand for longer ones.
        if (kind is ColumnKind.Text)
            cells = [.. Enumerable.Range(0, 60).Select(i => $"{cells[i % cells.Length]} {i}")];
        Assert.Equal(kind, ColumnInference.Infer("Column", cells, _folder.File("x", "x")).Kind);
    }

    [Theory]
    [InlineData("31,25|5|7,5", ';', "31.25|5|7.5", ColumnKind.Number)]
    [InlineData("1.234,56|2.000|15,5", ';', "1234.56|2000|15.5", ColumnKind.Number)]
    [InlineData("1.234|2.5|15.75", ';', "1.234|2.5|15.75", ColumnKind.Number)]
    [InlineData("\"1,234\"|\"2,000,000.5\"|15", ',', "1234|2000000.5|15", ColumnKind.Number)]
    [InlineData(" 1.5| 2 |3", ',', "1.5|2|3", ColumnKind.Number)]
    [InlineData("45 %|7%|12.5 %", ',', "45|7|12.5", ColumnKind.Number)]
    [InlineData("$5|€ 7.5|12 €", ',', "5|7.5|12", ColumnKind.Number)]
    [InlineData("17.04.2018|1.1.2020|31.12.1999", ';', "2018-04-17|2020-01-01|1999-12-31", ColumnKind.Date)]
    [InlineData("NA|1.5|null", ',', "|1.5|", ColumnKind.LeftOut)]
    [InlineData("3-8|1-5|6-9", ',', "3-8|1-5|6-9", ColumnKind.Category)]
    [InlineData("10:30|11:45|12:00", ',', "10:30|11:45|12:00", ColumnKind.Category)]
    [InlineData("3.4 km|1.2 km|0.5 km", ',', "3.4 km|1.2 km|0.5 km", ColumnKind.Category)]
    [InlineData("31.02.2018|1.2.3|4,5,6", ';', "31.02.2018|1.2.3|4,5,6", ColumnKind.Category)]
    public void Load_reads_numbers_and_dates_as_countries_write_them(string cells, char separator, string read, ColumnKind kind)
    {
        string[] rows = cells.Split('|');
        var text = new StringBuilder($"X{separator}Y\n");
        for (int i = 0; i < 3 * rows.Length; i++)
            text.Append($"{rows[i % rows.Length]}{separator}{i}\n");
        var table = MultiModalTable.Load(_ml, _folder.File("countries.csv", text.ToString()));
        Assert.Equal(read.Split('|'), table.Data.GetColumn<ReadOnlyMemory<char>>("X").Take(rows.Length).Select(v => v.ToString()));
        Assert.Equal(kind, table.Column("X").Kind);
    }

    [Fact]
    public void Infer_knows_codes_from_counts()
    {
        var random = new Random(5);
        string[] Of(Func<int> draw) => [.. Enumerable.Range(0, 400).Select(_ => $"{draw()}")];
        Assert.Equal(ColumnKind.Category, ColumnInference.Infer("Store", Of(() => new[] { 3, 17, 42, 88 }[random.Next(4)]), ".").Kind);
        Assert.Equal(ColumnKind.Number, ColumnInference.Infer("Rooms", Of(() => random.Next(15)), ".").Kind);
        Assert.Equal(ColumnKind.Number, ColumnInference.Infer("Age", Of(() => 18 + random.Next(60)), ".").Kind);
    }

    [Fact]
    public void Columns_that_group_rows_are_suggested_and_not_chosen()
    {
        string rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"person {i / 4},{i * 0.37},{(i % 2 == 0 ? "a" : "b")}\n"));
        var table = MultiModalTable.Load(_ml, _folder.File("people.csv", "PersonName,Height,Label\n" + rows));
        Assert.True(table.Columns[0].MayGroupRows);
        Assert.Contains("SamplingKey = \"PersonName\"", table.ToString());
        Assert.False(table.Columns[1].MayGroupRows);
    }

    [Fact]
    public void With_says_otherwise()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 30, 3, pictures: false)).With("Color", ColumnKind.LeftOut);
        Assert.Equal(ColumnKind.LeftOut, table.Column("Color").Kind);
        Assert.Contains("Did you mean 'Color'?", Assert.Throws<ArgumentException>(() => table.With("Colour", ColumnKind.Text)).Message);
        Assert.Throws<ArgumentException>(() => table.With("Color", ColumnKind.Vector));
        Assert.Contains("is no number", Assert.Throws<ArgumentException>(() => table.With("Category", ColumnKind.Number)).Message);
        Assert.Contains("is no date with a year", Assert.Throws<ArgumentException>(() => table.With("Category", ColumnKind.Date)).Message);
    }

    private sealed class Typed
    {
        public float Number { get; set; }

        public int Code { get; set; }

        public bool Flag { get; set; }

        [VectorType(3)]
        public float[] Sensor { get; set; } = [];

        public string Note { get; set; } = "";

        public DateTime When { get; set; }
    }

    [Fact]
    public void From_reads_rows_of_a_class()
    {
        var rows = Enumerable.Range(0, 100).Select(
            i => new Typed
            {
                Number = i * 0.3f,
                Code = i % 3 * 7,
                Flag = i % 2 == 0,
                Sensor = [i, 1, 2],
                Note = $"note {i} with some words",
                When = new DateTime(2020, 1, 1 + i % 28)
            });
        var table = MultiModalTable.From(_ml, rows);
        Assert.Equal([ColumnKind.Number, ColumnKind.Category, ColumnKind.Number, ColumnKind.Vector, ColumnKind.Text, ColumnKind.Date],
            table.Columns.Select(c => c.Kind));
        Assert.Throws<ArgumentException>(() => MultiModalTable.From(_ml, Array.Empty<Typed>()));
    }

    /// <summary>A name like a picture's may be that of a pipe, whose end may never come.</summary>
    [Fact]
    public async Task A_pipe_holds_no_media()
    {
        if (!OperatingSystem.IsLinux())
            return;
        string file = _folder.File("a.png", [0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0]), pipe = Path.Combine(Path.GetDirectoryName(file)!, "pipe.png");
        using (var made = System.Diagnostics.Process.Start("mkfifo", pipe))
            await made.WaitForExitAsync();
        string link = Path.ChangeExtension(pipe, ".jpg"), toPipe = Path.ChangeExtension(pipe, ".mp4");
        File.CreateSymbolicLink(link, file);
        File.CreateSymbolicLink(toPipe, pipe);
        var reading = Task.Factory.StartNew(
            () => new[] { pipe, toPipe, Path.ChangeExtension(pipe, ".wav"), link, file }.Select(MediaContent.Of).ToArray(), TaskCreationOptions.LongRunning);
        // No measure of speed: what waits for a pipe waits for ever.
        Assert.Equal([null, null, null, ColumnKind.Image, ColumnKind.Image], await reading.WaitAsync(TimeSpan.FromMinutes(1)));
    }
}
