using System.Text;

namespace Recipes.Tests;

public sealed class CsvTests : TempFolder
{
    [Fact]
    public void Read_quotes_commas_line_breaks_and_spaces()
    {
        var rows = Rows("a, b ,\"c,d\"\r\n\"say \"\"hi\"\"\", \"x\" ,\n\n\"two\nlines\",,last");
        Assert.Equal(["a", "b", "c,d"], rows[0].Cells);
        Assert.Equal(["say \"hi\"", "x", ""], rows[1].Cells);
        Assert.Equal(["two\nlines", "", "last"], rows[2].Cells);
        Assert.Equal([1, 2, 4], rows.Select(r => r.Line));
    }

    [Fact]
    public void Read_takes_a_byte_order_mark_and_leaves_out_comments()
    {
        var file = TextFile.Read(Write("a.csv", [0xEF, 0xBB, 0xBF, .. "# one, \"two\n# three\na,b\n"u8]));
        var row = Assert.Single(CsvFile.ReadRows(file, '#'));
        Assert.Equal(["a", "b"], row.Cells);
        Assert.Equal(3, row.Line);
    }

    [Theory]
    [InlineData("a,b\nc,\"d\ne", "line 2", "never closed")]
    [InlineData("a,b\nc\"d,e", "line 2", "quote in the middle")]
    [InlineData("a,\"b\"c,d", "line 1", "follows the closing quote")]
    public void Read_refuses_quotes_out_of_place(string text, string line, string problem) =>
        Assert.Contains(problem, Message(() => Rows(text), line));

    [Theory]
    [InlineData(new byte[] { 0x61, 0x2C, 0x0A, 0xE9, 0x0A }, "line 2", "0xE9")]
    [InlineData(new byte[] { 0x61, 0x0A, 0x0A, 0x62, 0xC3 }, "line 3", "0xC3")]
    [InlineData(new byte[] { 0x61, 0xFF, 0xFE, 0x00 }, "line 1", "0xFF")]
    public void Read_names_line_and_byte_that_is_not_utf8(byte[] bytes, string line, string value) =>
        Assert.Contains(value, Message(() => TextFile.Read(Write("a.csv", bytes)), $"a.csv, {line}"));

    [Fact]
    public void Read_takes_utf16_with_a_mark_and_refuses_halves_of_characters()
    {
        Assert.Equal("aö", TextFile.Read(Write("a.csv", [0xFF, 0xFE, 0x61, 0x00, 0xF6, 0x00])).Text);
        Message(() => TextFile.Read(Write("a.csv", [0xFF, 0xFE, 0x61, 0x00, 0xF6])), "a.csv begins as UTF-16");
        Message(() => TextFile.Read(Write("a.csv", [0xFE, 0xFF, 0xD8, 0x00, 0x00, 0x61])), "Save the file as UTF-8");
    }

    [Fact]
    public void Read_refuses_a_file_that_is_empty_or_not_there()
    {
        Message(() => TextFile.Read(Write("a.csv", "  \n")), "a.csv is empty");
        Message(() => TextFile.Read(Path.Combine(Folder, "b.csv")), "There is no file");
    }

    [Fact]
    public void Table_refuses_what_is_no_table()
    {
        Assert.Contains("no column 'y'", Message(() => CsvTable.Read(Write("a.csv", "x,z", "1,2"), "x", "y"), "line 1"));
        Assert.Contains("3 cells, but the header has 2", Message(() => CsvTable.Read(Write("a.csv", "x,y", "1,2", "1,2,3"), "x"), "line 3"));
        Assert.Contains("'x' twice", Message(() => CsvTable.Read(Write("a.csv", "x,x", "1,2")), "line 1"));
        Message(() => CsvTable.Read(Write("a.csv", "x,y"), "x"), "no rows");
        var table = CsvTable.Read(Write("a.csv", "x,y", ",two"), "x", "y");
        Assert.Contains("'x' is empty", Message(() => table.Text(table.Rows[0], "x"), "line 2"));
        Assert.Contains("not a number", Message(() => table.Number(table.Rows[0], "y"), "line 2"));
    }

    private List<CsvRow> Rows(string text) => [.. CsvFile.ReadRows(TextFile.Read(Write("a.csv", Encoding.UTF8.GetBytes(text))))];
}
