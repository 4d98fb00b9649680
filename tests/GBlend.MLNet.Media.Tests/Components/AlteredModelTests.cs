using System.Text;
using System.Text.Json.Nodes;
using GBlend.MLNet.Tests;
using Microsoft.ML;
using Microsoft.ML.Data;
using Xunit.Abstractions;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Media steps in saved models that were altered, or made to do harm.</summary>
public sealed class AlteredModelTests(ITestOutputHelper output)
{
    private const string Settings = "media.json";

    private readonly MLContext _ml = new(1);

    public static TheoryData<string> Kinds() => Steps.Names;

    /// <summary>A saved step. None of them looks at a file before rows are read.</summary>
    private byte[] Saved(string kind)
    {
        var data = Steps.Data(_ml, kind, "a", "b", "a b c");
        using var file = new MemoryStream();
        _ml.Model.Save(Steps.Make(_ml, kind).Fit(data), data.Schema, file);
        return file.ToArray();
    }

    private static VideoClipOptions Clip() => new() { FrameCount = 3, Height = 24, Width = 32 };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Load_of_altered_settings_is_refused(string kind)
    {
        var file = Saved(kind);
        var text = Encoding.UTF8.GetString(new ModelZip(file)[Settings]);
        foreach (string altered in new[] { text.Replace("Out", "Our"), text.Replace("false", "true"), text.Replace("null", "3"),
            text.Replace("\"kind\"", "\"Kind\""), text[..^1], "" })
        {
            if (altered != text)
                Assert.Contains($"'{Settings}' was altered or truncated", Refusal(new ModelZip(file).Set(Settings, Encoding.UTF8.GetBytes(altered)).ToArray()));
        }
    }

    [Fact]
    public void Load_of_a_picture_step_that_was_told_to_stretch_is_refused()
    {
        var file = Saved("LoadImage");
        var json = JsonNode.Parse(new ModelZip(file)[Settings])!;
        Assert.False((bool)json["options"]!["Stretch"]!);
        json["options"]!["Stretch"] = true;
        Assert.Contains("unaltered copy", Refusal(new ModelZip(file).Set(Settings, Encoding.UTF8.GetBytes(json.ToJsonString())).ToArray()));
    }

    /// <summary>A chain of all five steps, saved before media steps had checksums.</summary>
    [Fact]
    public void Load_of_a_file_without_checksums_gives_the_steps_and_warnings()
    {
        var ml = new MLContext(1);
        var warnings = new List<string>();
        ml.Log += (_, e) => warnings.Add(e.Message);
        using var file = typeof(AlteredModelTests).Assembly.GetManifestResourceStream("media-steps-1.1.zip")!;
        var steps = Assert.IsAssignableFrom<IEnumerable<ITransformer>>(ml.Model.Load(file, out _)).Cast<MediaTransformer>().ToList();
        Assert.Equal(["Clip", "LogMel", "Image", "Flow", "Ids"], steps.Select(s => s.OutputColumnName));
        foreach (var step in steps)
            Assert.Single(warnings, w => w.Contains($"'{step.OutputColumnName}'") && w.Contains("no checksum") && w.Contains("Save the model again"));
        int[] ids = steps[4].Transform(_ml.Data.LoadFromEnumerable([new { Text = "a a b" }])).GetColumn<int[]>("Ids").Single();
        Assert.Equal([true, true, true, true, true], ids.Select((id, i) => id > 0 == i < 5 && id <= 256));
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Load_with_any_field_wrong_is_refused_or_gives_a_schema(string kind)
    {
        var file = Saved(kind);
        var paths = _ml.Paths("a b c");
        var data = kind == "OpticalFlow" ? _ml.Transforms.LoadVideoClip("Clip", "Path", Clip()).Fit(paths).Transform(paths) : paths;
        var wrong = new List<string>();
        int loaded = 0, refused = 0;
        // Tokens are alike: a few stand for all.
        foreach (var (path, value, document) in JsonAlterations.Of(
            new ModelZip(file)[Settings], path => !path.StartsWith("options/Vocabulary/") || path.EndsWith('a')))
        {
            try
            {
                var step = (MediaTransformer)new MLContext(1).Model.Load(new MemoryStream(new ModelZip(file).Reseal(Settings, document).ToArray()), out _);
                loaded++;
                var rows = step.Transform(data);
                Assert.IsType<VectorDataViewType>(rows.Schema[step.OutputColumnName].Type);
                if (kind == "TokenIds")
                    Assert.Single(rows.GetColumn<int[]>(step.OutputColumnName));
            }
            catch (ArgumentOutOfRangeException e) when (e.ParamName is "input" or "inputSchema")
            {
                // A step for other columns than these.
            }
            catch (Exception e) when (e.GetBaseException() is InvalidDataException)
            {
                refused++;
            }
            catch (Exception e)
            {
                wrong.Add($"{path} = {value}: {e.GetBaseException()}");
            }
        }
        output.WriteLine($"{loaded} loaded, {refused} refused");
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(loaded > 0 && refused > loaded / 2);
    }

    [Fact]
    public void Load_of_settings_that_swell_is_refused_while_they_are_packed()
    {
        var zip = new ModelZip(Saved("TokenIds"));
        var file = zip.Reseal(Settings, [.. zip[Settings], .. Enumerable.Repeat((byte)' ', 60_000_000)]).ToArray();
        long memory = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("200 times", Refusal(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - memory, 0, 10_000_000);
    }

    private static string Refusal(byte[] file) =>
        Assert.IsType<InvalidDataException>(Assert.ThrowsAny<Exception>(() => new MLContext(1).Model.Load(new MemoryStream(file), out _)).GetBaseException())
            .Message;
}
