using System.Text;
using AudioVisual;

namespace GBlend.MLNet.Media.Tests;

/// <summary>The manifest of examples/AudioVisual: what it takes, and that whatever is wrong is named with file, line and remedy.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    private Manifest Read(string text, ManifestColumns? columns = null, bool needsFiles = false) =>
        Manifest.Read(_media.Text("manifest.csv", text), columns ?? new(), needsFiles);

    private string Problem(string text, ManifestColumns? columns = null, bool needsFiles = false) =>
        Assert.Throws<UserErrorException>(() => Read(text, columns, needsFiles)).Message;

    [Fact]
    public void Rows_go_where_their_split_says_and_paths_are_relative_to_the_manifest()
    {
        var manifest = Read("VideoPath,Label,Split\na/1.mp4,cat,train\nb.mp4,dog,valid\n/elsewhere/c.mp4,dog,test\n");

        Assert.Equal(2, manifest.TrainingRows.Count);
        Assert.Equal([false, true], manifest.TrainingRows.Select(r => r.IsHeldOut));
        Assert.Equal(Path.Combine(_media.Folder, "a", "1.mp4"), manifest.TrainingRows[0].VideoPath);
        Assert.Equal("/elsewhere/c.mp4", Assert.Single(manifest.TestRows).VideoPath);
        Assert.True(manifest is { HasVideo: true, HasAudio: false, HasImage: false, HasText: false, Classes: 2 });
    }

    [Fact]
    public void Quoted_cells_may_hold_commas_quotes_and_line_breaks()
    {
        var manifest = Read("Text,Label,Split\r\n\"He said \"\"no, no\"\",\r\nand left\",\"a, b\",train\r\n\r\nplain ,c,train\r\n\"\",c,test");

        Assert.Equal("He said \"no, no\",\r\nand left", manifest.TrainingRows[0].Words);
        Assert.Equal("a, b", manifest.TrainingRows[0].Label);
        Assert.Equal("plain", manifest.TrainingRows[1].Words);
        Assert.Equal("", manifest.TestRows[0].Words);
    }

    [Fact]
    public void Columns_may_have_other_names_and_a_key()
    {
        var columns = new ManifestColumns { Label = "Digit", Split = "Fold", Audio = "Wav", Key = "Speaker" };

        var manifest = Read("Speaker,Fold,Wav,Digit\nanna,train,1.wav,1\nbert,train,2.wav,2\ncleo,test,3.wav,1\n", columns);

        Assert.True(manifest is { HasAudio: true, HasVideo: false });
        Assert.Equal(["anna", "bert"], manifest.TrainingRows.Select(r => r.Key));
    }

    [Theory]
    [InlineData("", "manifest.csv is empty")]
    [InlineData("VideoPath,Split\n1.mp4,train\n", "no column 'Label'. It has: VideoPath, Split. Name the right one with --label-column")]
    [InlineData("VideoPath,Label\n1.mp4,a\n", "no column 'Split'")]
    [InlineData("Path,Label,Split\n1.mp4,a,train\n", "none of the columns VideoPath, AudioPath, ImagePath and Text")]
    [InlineData("Text,Label,Split\nx,a,train\ny,b,Test\n", "line 3: Split is train, valid or test, not 'Test'")]
    [InlineData("Text,Label,Split\nx,a,train\ny,,test\n", "line 3: the label is empty")]
    [InlineData("Text,Label,Split\nx,a,train\ny,b,train,z\n", "line 3: 4 cells, but the header has 3")]
    [InlineData("Text,Label,Split\n\"two\nlines\",a,train\n\"open,b,test\n", "line 4: a quote is opened and never closed")]
    [InlineData("Text,Label,Split\n\"x\"y,a,train\n", "line 2: text follows the closing quote")]
    [InlineData("Text,Label,Label,Split\nx,a,a,train\n", "the column 'Label' twice")]
    [InlineData("Text,Label,Split\nx,a,valid\ny,b,test\n", "no row whose Split is train")]
    [InlineData("Text,Label,Split\nx,a,train\ny,b,train\n", "no row whose Split is test")]
    [InlineData("Text,Label,Split\nx,a,train\ny,a,test\n", "one label only")]
    [InlineData("Text,Label,Split\nx,a,train\ny,b,train\nz,c,test\n", "the label 'c' is in test rows but in no training row")]
    public void What_is_wrong_is_named(string text, string expected) => Assert.Contains(expected, Problem(text), StringComparison.Ordinal);

    private static readonly string[] Labels = ["dög", "däg", "кот", "猫", "a;b", "c,d", "\"e\" f", "line\nbreak", "tab\tbed", " spaced "];

    public static IEnumerable<object[]> Files() =>
        from encoding in new (string Name, Encoding Encoding)[]
        {
            ("UTF-8", new UTF8Encoding(false)), ("UTF-8 with a mark", new UTF8Encoding(true)), ("UTF-16", new UnicodeEncoding(false, true)),
                ("UTF-16, big end first", new UnicodeEncoding(true, true)),
        }
        from separator in new[] { ',', ';', '\t' }
        select new object[] { encoding.Name, encoding.Encoding, separator };

    [Theory]
    [MemberData(nameof(Files))]
    public void Labels_are_read_as_they_were_written_in_every_encoding_with_a_name_and_every_separator(string name, Encoding encoding, char separator)
    {
        string Cell(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var text = new StringBuilder($"Text{separator}Label{separator}Split\r\n");
        foreach (string split in new[] { "train", "test" })
        {
            foreach (string label in Labels)
                text.Append(Cell("x;y,z")).Append(separator).Append(Cell(label)).Append(separator).Append(split).Append("\r\n");
        }

        var manifest = Manifest.Read(
            _media.Bytes("manifest.csv", [.. encoding.GetPreamble(), .. encoding.GetBytes(text.ToString())]), new(), needsFiles: false);

        Assert.True(manifest.TrainingRows.Select(r => r.Label).SequenceEqual(Labels), name);
        Assert.All(manifest.AllRows, row => Assert.Equal("x;y,z", row.Words));
    }

    [Fact]
    public void A_byte_that_is_no_text_is_named_by_file_line_and_place_wherever_it_is()
    {
        byte[] good = Encoding.UTF8.GetBytes("Text,Label,Split\nэто,dög,train\r\n\"two\nlines\",猫,test\nx,dög,test\n");
        // Behind every whole character, and at the end.
        foreach (int at in Enumerable.Range(0, good.Length + 1).Where(i => i == good.Length || (good[i] & 0xC0) != 0x80))
        {
            byte[] bytes = [.. good[..at], 0xF6, .. good[at..]];
            string message = Assert.Throws<UserErrorException>(() => Manifest.Read(_media.Bytes("manifest.csv", bytes), new(), needsFiles: false)).Message;
            int line = good[..at].Count(b => b == '\n') + 1, place = at - Array.LastIndexOf(good[..at], (byte)'\n');
            Assert.Contains(
                $"manifest.csv, line {line}: the byte 0xF6 (number {place} of the line, {at + 1} of the file) is not UTF-8. Save the file as UTF-8", message);
        }
    }

    [Fact]
    public void A_missing_file_is_named_with_its_line()
    {
        _media.Text("1.mp4");

        string problem = Problem("VideoPath,Label,Split\n1.mp4,a,train\n2.mp4,b,test\n", needsFiles: true);

        Assert.Contains("manifest.csv, line 3", problem, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_media.Folder, "2.mp4"), problem, StringComparison.Ordinal);
        Assert.Contains("--on-bad-media skip", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_path_is_named_with_its_line() =>
        Assert.Contains("line 2: VideoPath is empty", Problem("VideoPath,Label,Split\n,a,train\n", needsFiles: true), StringComparison.Ordinal);

    [Fact]
    public void A_missing_manifest_is_named() =>
        Assert.Contains("no file", Assert.Throws<UserErrorException>(() => Manifest.Read(_media.PathTo("none.csv"), new())).Message, StringComparison.Ordinal);
}
