using System.Net;
using System.Text;
using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving.Tests;

/// <summary>Pictures that come with requests.</summary>
public sealed class FilesTests : IDisposable
{
    private static readonly MLContext s_ml = new(seed: 1);

    private readonly string _folder = Directory.CreateTempSubdirectory("gblend-serving-pictures-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Pictures_are_sent_as_parts_and_paths_are_refused()
    {
        ITransformer model = null!;
        using var service = new Service(path => model = Train(path));
        var test = Enumerable.Range(100, 3).Select(Row).ToArray();
        float[] expected = [.. model.Transform(s_ml.Data.LoadFromEnumerable(test)).GetColumn<float>("Score")];

        // One row: its file under the column's name.
        using var one = new MultipartFormDataContent { { new StringContent($"{{\"Price\": [{Number(test[0].Price[0])}]}}"), "rows" } };
        one.Add(new ByteArrayContent(File.ReadAllBytes(test[0].Photo)), "Photo", "holiday.bmp");
        Assert.Equal([expected[0]], await Scores(await service.Client.PostAsync("/predict/files", one)));

        // Several: the number of the row before the column's name.
        using var three = new MultipartFormDataContent
        {
            { new StringContent($"[{string.Join(",", test.Select(row => $"{{\"Price\": [{Number(row.Price[0])}]}}"))}]"), "rows" },
        };
        foreach (int i in (int[])[2, 0, 1])
            three.Add(new ByteArrayContent(File.ReadAllBytes(test[i].Photo)), $"{i}.Photo", "x.bmp");
        Assert.Equal(expected, await Scores(await service.Client.PostAsync("/predict/files", three)));

        // A path in a row would open a file of the server.
        foreach (string path in (string[])[test[0].Photo, "/etc/passwd", "", "x"])
        {
            string row = System.Text.Json.JsonSerializer.Serialize(new { Photo = path, Price = (float[])[1] });
            var json = await service.Client.PostAsync("/predict", new StringContent(row, Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.BadRequest, json.StatusCode);
            Assert.Contains("is a file", await json.Content.ReadAsStringAsync());
            using var form = new MultipartFormDataContent { { new StringContent(row), "rows" } };
            Assert.Equal(HttpStatusCode.BadRequest, (await service.Client.PostAsync("/predict/files", form)).StatusCode);
        }
    }

    /// <summary>Each part, and a word of the answer.</summary>
    [Theory]
    [InlineData("Photo", "no picture at all", "holiday.bmp")]
    [InlineData("Foto", "x", "'Foto'")]
    [InlineData("Price", "x", "'Price'")]
    [InlineData("3.Photo", "x", "4 rows")]
    [InlineData("2000000000.Photo", "x", "2000000001 rows")]
    public async Task A_part_that_is_wrong_is_refused(string part, string content, string words)
    {
        using var service = new Service(path => Train(path));
        // Folders that a killed process has left are not ours.
        static IEnumerable<string> Folders() => Directory.GetDirectories(Path.GetTempPath(), "gblend-serving-??????").Order();
        string[] before = [.. Folders()];
        using var form = new MultipartFormDataContent { { new StringContent("{\"Price\": [1]}"), "rows" } };
        form.Add(new StringContent(content), part, "holiday.bmp");
        var response = await service.Client.PostAsync("/predict/files", form);
        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(words, System.Text.RegularExpressions.Regex.Unescape(text), StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), text, StringComparison.Ordinal);
        Assert.Equal(before, Folders());
    }

    private static async Task<float[]> Scores(HttpResponseMessage response) =>
        [.. (await Service.Json(response))["predictions"]!.AsArray().Select(row => (float)row!["Score"]!)];

    private static string Number(float value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private ITransformer Train(string path)
    {
        var view = s_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 24).Select(Row).ToArray());
        var model = s_ml.Transforms.LoadImage("Image", "Photo", new() { Height = 20, Width = 20 })
            .Append(s_ml.BinaryClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
            {
                Modalities = { Modality.Image("Image", Encoders.ImageResNet(18, 1.0 / 16)), Modality.Vector("Price", Encoders.Mlp(4)) },
                Blending = Blending.Equal(),
                NumberOfEpochs = 1,
            })).Fit(view);
        s_ml.Model.Save(model, view.Schema, path);
        return model;
    }

    private Product Row(int i)
    {
        string path = Path.Combine(_folder, $"{i}.bmp");
        if (!File.Exists(path))
            File.WriteAllBytes(path, Bitmap(i));
        return new Product { Label = i % 2 == 0, Photo = path, Price = [i % 7] };
    }

    /// <summary>A picture of 20 x 20 pixels of noise, in one of two colors.</summary>
    private static byte[] Bitmap(int seed)
    {
        var random = new Random(seed);
        byte[] file = new byte[54 + 20 * 20 * 3];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in ((int, int)[])[(2, file.Length), (10, 54), (14, 40), (18, 20), (22, 20), (26, 1 | (24 << 16))])
            BitConverter.TryWriteBytes(file.AsSpan(at), value);
        for (int p = 54; p < file.Length; p++)
            file[p] = (byte)(random.Next(150) + (p % 3 == seed % 2 ? 100 : 0));
        return file;
    }

    private sealed class Product
    {
        public bool Label { get; set; }

        public string Photo { get; set; } = "";

        [VectorType(1)]
        public float[] Price { get; set; } = [];
    }
}
