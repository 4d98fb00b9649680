using System.Globalization;
using System.Text.RegularExpressions;
using GBlend.MLNet.Tests;

namespace GBlend.MLNet.Package.Tests;

/// <summary>The packages in programs that are not of this repository.</summary>
[Trait("Speed", "Slow")]
public sealed partial class PackageTests(PackedLibraries packed) : IClassFixture<PackedLibraries>
{
    private const string Libtorch = "libtorch-cpu-linux-x64", LibtorchVersion = "2.10.0";

    public static TheoryData<string> Libraries => [.. PackedLibraries.Libraries];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_asks_for_what_its_project_references_and_no_more(string library)
    {
        string project = File.ReadAllText(Repository.PathTo("src", library, library + ".csproj"));
        string[] referenced = [.. Reference().Matches(project).Select(m => m.Groups["package"].Value).Where(p => p is not "Mono.Cecil"),
            .. ProjectReference().Matches(project).Select(m => m.Groups["project"].Value)];
        var asked = packed.DependenciesOf(library);
        Assert.Equal(referenced.Order(StringComparer.Ordinal), asked.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("[5.0.1, 6.0.0)", asked["Microsoft.ML"]);
        if (asked.TryGetValue("TorchSharp", out string? torch))
            Assert.Equal("[0.107.0, 0.108.0)", torch);
        var files = packed.FilesOf(library);
        foreach (string file in (string[])[
            "README.md", "CHANGELOG.md", "NOTICE", "SKILL.md", "icon.png", $"lib/net10.0/{library}.dll", $"lib/net10.0/{library}.xml"])
            Assert.Contains(file, files);
    }

    [Fact]
    public void A_table_with_text_numbers_categories_and_pictures_is_trained_in_the_three_lines_of_the_README()
    {
        string Lines(string page, int seconds) => CodeBlock().Matches(File.ReadAllText(Repository.PathTo(page))).Select(m => m.Groups["code"].Value)
            .First(code => code.Contains("ml.MultiModal()")).Replace("FromMinutes(10)", $"FromSeconds({seconds})");
        string program = $$"""
            using GBlend.MLNet.Tables;
            using Microsoft.ML;

            foreach (var (name, rows) in new[] { ("products.csv", 120), ("test.csv", 60) })
            {
                var random = new Random(rows);
                var text = new System.Text.StringBuilder("Price,Color,Description,Photo,Category\n");
                for (int i = 0; i < rows; i++)
                {
                    string photo = $"{rows}-{i}.bmp";
                    var pixels = new byte[54 + 16 * 16 * 3];
                    "BM"u8.CopyTo(pixels);
                    foreach (var (at, value) in new[] { (2, pixels.Length), (10, 54), (14, 40), (18, 16), (22, 16), (26, 1 | (24 << 16)) })
                        BitConverter.TryWriteBytes(pixels.AsSpan(at), value);
                    for (int p = 54; p < pixels.Length; p++)
                        pixels[p] = (byte)(random.Next(150) + (p % 3 == i % 3 ? 100 : 0));
                    File.WriteAllBytes(photo, pixels);
                    string[] words = ["old", "new", "big", "small", new[] { "bear", "novel", "drill" }[i % 3], "thing"];
                    random.Shuffle(words);
                    string price = System.FormattableString.Invariant($"{i % 3 + random.NextDouble():0.00}");
                    text.Append($"{price},{new[] { "red", "blue" }[random.Next(2)]},\"{string.Join(" ", words)}, {i}\",{photo},class {i % 3}\n");
                }
                File.WriteAllText(name, text.ToString());
            }
            var ml = new MLContext(seed: 1);
            Page(ml);
            Console.WriteLine("README:");
            {{Lines("README.md", 25)}}
            Console.WriteLine(model.History.Answer);
            ml.Model.Save(model, table.Data.Schema, "model.zip");
            Console.WriteLine(new MLContext().Model.Load("model.zip", out _).Transform(table.Data).Schema["PredictedLabel"].Type);

            static void Page(MLContext ml)
            {
                {{Lines("docs/tables.md", 1)}}
            }
            """;
        var packages = new Dictionary<string, string>
        {
            ["GBlend.MLNet.Tables"] = "",
            [Libtorch] = LibtorchVersion,
            ["OpenCvSharp4.official.runtime.linux-x64"] = "4.13.0.20260627",
        };
        var run = packed.Run("Table", packages, program).MustSucceed();
        Assert.Matches(@"README:\s+(0\.\d+|1)\s", run.Output);
        Assert.Contains("Image.Photo", run.Output);
        Assert.Contains("String", run.Output);
    }

    [Fact]
    public void The_first_program_of_the_README_runs()
    {
        string[] blocks = [.. CodeBlock().Matches(File.ReadAllText(Repository.PathTo("README.md"))).Take(3).Select(m => m.Groups["code"].Value)];
        string program = $$"""
            using GBlend.MLNet;
            using GBlend.MLNet.Reports;
            using Microsoft.ML;
            using Microsoft.ML.Data;

            Clip[] Clips(int seed, int count)
            {
                var random = new Random(seed);
                return [.. Enumerable.Range(0, count).Select(i => new Clip
                {
                    Label = i % 3 == 0 ? "yes" : i % 3 == 1 ? "no" : "maybe",
                    Speaker = $"speaker {i / 3 % 10}",
                    Face = [.. Enumerable.Range(0, 16).Select(k => (float)random.NextDouble() + (k == i % 3 ? 0.6f : 0))],
                    Voice = [.. Enumerable.Range(0, 40).Select(k => (float)random.NextDouble() + (k == i % 3 ? 0.4f : 0))],
                })];
            }
            Clip[] trainingClips = Clips(1, 240), testClips = Clips(2, 120);
            string path = "model.zip";
            {{blocks[1]}}
            {{blocks[2]}}
            Console.WriteLine($"the report has {new FileInfo("report.html").Length / 1000} kB");
            var loaded = new MLContext().Model.Load(path, out _);
            Console.WriteLine($"loaded {new MLContext().MulticlassClassification.Evaluate(loaded.Transform(test)).MicroAccuracy:P1}");

            {{blocks[0]}}
            """;
        var run = packed.Run("FirstProgram", new Dictionary<string,
            string>
        { ["GBlend.MLNet"] = "", ["GBlend.MLNet.Reports"] = "", [Libtorch] = LibtorchVersion }, program).MustSucceed();
        Assert.Matches(@"accuracy [\d.]+ ?%, log-loss [\d.]+", run.Output);
        Assert.Contains("loaded", run.Output);
        Assert.Matches(@"On 120 test rows the model .*better than|On 120 test rows the model .*worse than", run.Output);
        Assert.Matches(@"the report has \d\d+ kB", run.Output);
    }

    /// <summary>As a new user would: from an empty folder, with the templates and the packages alone.</summary>
    [Theory]
    [InlineData("table", true)]
    [InlineData("audio-visual", true)]
    [InlineData("table --device cuda", false)]
    public void A_project_from_the_template_trains_and_writes_its_report(string from, bool runs)
    {
        string folder = packed.NewFolder($"My {from.Split(' ')[^1]}"), hive = $"--debug:custom-hive \"{Path.Combine(folder, "hive")}\"";
        Command.Run("dotnet", $"new install \"{packed.Templates}\" {hive}", folder).MustSucceed();
        Command.Run("dotnet", $"new gblend-console -n Mine -o app --from {from} {hive}", folder).MustSucceed();
        string app = Path.Combine(folder, "app"), project = File.ReadAllText(Path.Combine(app, "Mine.csproj"));
        Assert.Contains($"Include=\"GBlend.MLNet\" Version=\"{packed.Version}\"", project);
        Assert.DoesNotContain("#if", project);
        Assert.Equal(!runs, project.Contains("cuda", StringComparison.Ordinal));
        if (!runs)
            return;
        if (from == "audio-visual")
            SkillFiles.Write(app);
        string options = $"-c Release {PackedLibraries.Linked} -p:TreatWarningsAsErrors=true -p:WarningsNotAsErrors=NU1603";
        var run = Command.Run("dotnet", $"run {options}", app).MustSucceed();
        Assert.Matches(@"On \d+ test rows the model .* is right in [\d.]+ %", run.Output);
        Assert.Contains("</html>", File.ReadAllText(Path.Combine(app, "report.html")));
        Assert.True(File.Exists(Path.Combine(app, "model.zip")));
    }

    /// <summary>A program writes a model as ONNX; another one scores it that has neither torch nor ML.NET, trimmed and with its own run time.</summary>
    [Fact]
    public void An_ONNX_file_is_scored_where_there_is_no_libtorch()
    {
        const string program = """
            using GBlend.MLNet;
            using Microsoft.ML;
            using Microsoft.ML.Data;
            using System.Globalization;

            var ml = new MLContext(seed: 1);
            var random = new Random(1);
            var rows = Enumerable.Range(0, 300).Select(i => new Row
            {
                Label = ((string[])["yes", "no", "maybe"])[i % 3],
                A = [.. Enumerable.Range(0, 4).Select(k => (float)random.NextDouble() + (k == i % 3 ? 0.5f : 0))],
                B = [.. Enumerable.Range(0, 6).Select(k => (float)random.NextDouble() + (k == i % 3 ? 0.5f : 0))],
            }).ToArray();
            var view = ml.Data.LoadFromEnumerable(rows);
            var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.NormalizeMeanVariance("A"))
                .Append(ml.MulticlassClassification.Trainers.GradientBlending("A", "B"))
                .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(view);
            using (var file = File.Create("model.onnx"))
                ml.Model.SaveAsOnnx(model, view, file, "Score");
            string Line(float[] values) => string.Join(',', values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)));
            File.WriteAllLines("A.csv", rows.Select(r => Line(r.A)));
            File.WriteAllLines("B.csv", rows.Select(r => Line(r.B)));
            var scored = ml.Data.CreateEnumerable<Prediction>(model.Transform(view), reuseRowObject: false);
            File.WriteAllLines("expected.csv", scored.Select(p => $"{p.PredictedLabel},{p.Score.Max().ToString("R", CultureInfo.InvariantCulture)}"));

            class Row
            {
                public string Label { get; set; } = "";
                [VectorType(4)] public float[] A { get; set; } = [];
                [VectorType(6)] public float[] B { get; set; } = [];
            }

            class Prediction
            {
                public string PredictedLabel { get; set; } = "";
                public float[] Score { get; set; } = [];
            }
            """;
        string? folder = null;
        packed.Run("Exports", new Dictionary<string, string> { ["GBlend.MLNet"] = "", [Libtorch] = LibtorchVersion }, program, prepare: at => folder = at)
            .MustSucceed();
        string published = Path.Combine(folder!, "published");
        string publish = $"publish \"{Repository.PathTo("examples", "OnnxScoring")}\" -c Release -r linux-x64 --self-contained -p:PublishTrimmed=true "
            + $"-o \"{published}\"";
        Command.Run("dotnet", publish, Repository.Root).MustSucceed();
        Assert.DoesNotContain(Directory.GetFiles(published), file => file.Contains("torch", StringComparison.OrdinalIgnoreCase)
            || Path.GetFileName(file) is "Microsoft.ML.Data.dll" or "GBlend.MLNet.dll");
        Assert.True(Directory.GetFiles(published).Sum(file => new FileInfo(file).Length) < 120_000_000);
        var run = Command.Run(Path.Combine(published, "OnnxScoring"), $"model.onnx \"{folder}\"", folder!).MustSucceed();
        string[] expected = File.ReadAllLines(Path.Combine(folder!, "expected.csv"));
        string[] found = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(expected.Length)];
        foreach (var (one, other) in expected.Zip(found))
        {
            Assert.Equal(one.Split(',')[0], other.Split(',')[0]);
            Assert.Equal(double.Parse(one.Split(',')[1], CultureInfo.InvariantCulture), double.Parse(other.Split(',')[1], CultureInfo.InvariantCulture), 1e-5);
        }
        Assert.Equal(300, expected.Length);
    }

    [Fact]
    public void A_program_with_ImageAnalytics_runs_it_before_and_after()
    {
        const string program = """
            using GBlend.MLNet;
            using Microsoft.ML;
            using Microsoft.ML.Data;

            var ml = new MLContext(seed: 1);
            string folder = Directory.CreateDirectory("images").FullName;
            var random = new Random(1);
            var rows = Enumerable.Range(0, 40).Select(i =>
            {
                var pixels = new byte[16 * 16 * 4];
                random.NextBytes(pixels);
                for (int p = 0; p < pixels.Length; p += 4)
                    (pixels[p + i % 2], pixels[p + 3]) = (255, 255);
                string path = Path.Combine(folder, $"{i}.png");
                using (var image = MLImage.CreateFromPixels(16, 16, MLPixelFormat.Rgba32, pixels))
                    image.Save(path);
                return new Row { Label = i % 2 == 0, ImagePath = path, Noise = [(float)random.NextDouble(), (float)random.NextDouble()] };
            }).ToArray();
            var view = ml.Data.LoadFromEnumerable(rows);
            var images = ml.Transforms.LoadImages("Image", folder, "ImagePath")
                .Append(ml.Transforms.ResizeImages("Image", 8, 8))
                .Append(ml.Transforms.ExtractPixels("Pixels", "Image", scaleImage: 1 / 255f));
            float Sum() => images.Fit(view).Transform(view).GetColumn<float[]>("Pixels").Sum(pixels => pixels.Sum());
            float before = Sum();
            var trainer = ml.BinaryClassification.Trainers.GradientBlending(
                new() { Modalities = { Modality.Vector("Pixels"), Modality.Vector("Noise") }, NumberOfEpochs = 10 });
            var model = images.AppendCacheCheckpoint(ml).Append(trainer).Fit(view);
            double accuracy = ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(view)).Accuracy;
            Console.WriteLine($"accuracy {accuracy:P0}, the same pixels: {before == Sum()}");

            class Row
            {
                public bool Label { get; set; }
                public string ImagePath { get; set; } = "";
                [VectorType(2)] public float[] Noise { get; set; } = [];
            }
            """;
        var packages = new Dictionary<string, string> { ["GBlend.MLNet"] = "", [Libtorch] = LibtorchVersion, ["Microsoft.ML.ImageAnalytics"] = "5.0.1" };
        var run = packed.Run("WithImages", packages, program).MustSucceed();
        Assert.Contains("the same pixels: True", run.Output);
    }

    [Fact]
    public void A_program_without_libtorch_reads_which_package_it_lacks_first()
    {
        const string program = """
            using GBlend.MLNet;
            using Microsoft.ML;
            using Microsoft.ML.Data;

            var ml = new MLContext(seed: 1);
            var view = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new Row { Label = i % 2 == 0, A = [i % 2, 1], B = [i, 1] }));
            try
            {
                ml.BinaryClassification.Trainers.GradientBlending("A", "B").Fit(view);
            }
            catch (Exception e)
            {
                Console.WriteLine(e.GetBaseException().Message);
            }

            class Row
            {
                public bool Label { get; set; }
                [VectorType(2)] public float[] A { get; set; } = [];
                [VectorType(2)] public float[] B { get; set; } = [];
            }
            """;
        var run = packed.Run("WithoutLibtorch", new Dictionary<string, string> { ["GBlend.MLNet"] = "" }, program).MustSucceed();
        Assert.Contains($"Add a package reference to {Libtorch} {LibtorchVersion}", run.Output);
        Assert.DoesNotContain("GLIBCXX", run.Output);
    }

    /// <summary>
    /// Microsoft.ML.TorchSharp was built on an older TorchSharp and uses the one that this library brings. Its own trainings fail on it and, where
    /// there is no network, at their downloads already, which this program takes as they come.
    /// </summary>
    [Fact]
    public void A_program_with_Microsoft_ML_TorchSharp_trains_the_same_bits_before_and_after_it()
    {
        const string program = """
            using GBlend.MLNet;
            using Microsoft.ML;
            using Microsoft.ML.Data;
            using Microsoft.ML.TorchSharp;

            Environment.SetEnvironmentVariable("MICROSOFTML_RESOURCE_URL", "http://127.0.0.1:9/");
            Environment.SetEnvironmentVariable("MICROSOFTML_RESOURCE_PATH", Directory.CreateDirectory("resources").FullName);
            var random = new Random(1);
            Row[] rows = [.. Enumerable.Range(0, 90).Select(i => new Row
            {
                Label = i % 2 == 0,
                Text = i % 2 == 0 ? "a good day" : "a bad day",
                A = [i % 2 + (float)random.NextDouble(), (float)random.NextDouble()],
                B = [(float)random.NextDouble(), i % 2 + (float)random.NextDouble()],
            })];
            float[] Ours()
            {
                var ml = new MLContext(seed: 1);
                var view = ml.Data.LoadFromEnumerable(rows);
                return [.. ml.BinaryClassification.Trainers.GradientBlending("A", "B").Fit(view).Transform(view).GetColumn<float>("Score")];
            }
            float[] before = Ours();
            string theirs;
            try
            {
                var ml = new MLContext(seed: 1);
                var view = ml.Data.LoadFromEnumerable(rows);
                ml.Transforms.Conversion.MapValueToKey("Label")
                    .Append(ml.MulticlassClassification.Trainers.TextClassification(sentence1ColumnName: "Text", maxEpochs: 1)).Fit(view);
                theirs = "trained";
            }
            catch (Exception e)
            {
                theirs = e.GetBaseException().Message;
            }
            Console.WriteLine($"theirs: {theirs}");
            Console.WriteLine($"the same bits: {before.SequenceEqual(Ours())}");

            class Row
            {
                public bool Label { get; set; }
                public string Text { get; set; } = "";
                [VectorType(2)] public float[] A { get; set; } = [];
                [VectorType(2)] public float[] B { get; set; } = [];
            }
            """;
        var packages = new Dictionary<string, string> { ["GBlend.MLNet"] = "", [Libtorch] = LibtorchVersion, ["Microsoft.ML.TorchSharp"] = "0.23.1" };
        var run = packed.Run("WithTorch", packages, program).MustSucceed();
        Assert.Contains("the same bits: True", run.Output);
    }

    /// <summary>Without the folder of the build, in one file and as native code, the libraries are found all the same.</summary>
    [Theory]
    [InlineData("SelfContained", "-r linux-x64 --self-contained -p:PublishSingleFile=true")]
    [InlineData("ReadyToRun", "-r linux-x64 --no-self-contained -p:PublishSingleFile=true -p:PublishReadyToRun=true")]
    [InlineData("WithoutRid", "")]
    public void A_published_program_runs_where_it_is_put(string name, string options)
    {
        const string program = """
            using GBlend.MLNet;
            using Microsoft.ML;
            using Microsoft.ML.Data;

            var ml = new MLContext(seed: 1);
            var random = new Random(1);
            var view = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 90).Select(
                i => new Row { Label = i % 2 == 0, A = [i % 2 + (float)random.NextDouble()], B = [(float)random.NextDouble()] }));
            var model = ml.BinaryClassification.Trainers.GradientBlending("A", "B").Fit(view);
            ml.Model.Save(model, view.Schema, "model.zip");
            Console.WriteLine($"accuracy {ml.BinaryClassification.EvaluateNonCalibrated(ml.Model.Load("model.zip", out _).Transform(view)).Accuracy:P0}");

            class Row
            {
                public bool Label { get; set; }
                [VectorType(1)] public float[] A { get; set; } = [];
                [VectorType(1)] public float[] B { get; set; } = [];
            }
            """;
        var run = packed.Publish(name, new Dictionary<string, string> { ["GBlend.MLNet"] = "", [Libtorch] = LibtorchVersion }, program, options).MustSucceed();
        Assert.Matches(@"accuracy (9\d|100) ?%", run.Output);
    }

    /// <summary>
    /// The bridge's source is in the package, and is compiled where a project references Microsoft.ML.AutoML. That package is stood in for by one of
    /// its name with the members that the bridge uses, because not every registry has it.
    /// </summary>
    [Fact]
    public void A_program_with_Microsoft_ML_AutoML_has_the_bridge_to_it()
    {
        packed.Pack("Microsoft.ML.AutoML", "0.99.0", new Dictionary<string, string> { ["Microsoft.ML"] = "5.0.1" }, AutoMLStandIn.Source);
        string program = $$"""
            using GBlend.MLNet;
            using Microsoft.ML;
            using Microsoft.ML.AutoML;
            using Microsoft.ML.Data;
            using Microsoft.ML.SearchSpace;

            var ml = new MLContext(seed: 1);
            var random = new Random(1);
            var view = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 90).Select(
                i => new Row { Label = i % 2 == 0, A = [i % 2 + (float)random.NextDouble()], B = [(float)random.NextDouble()] }));
            var options = new GradientBlendingTrainer.Options { Modalities = { Modality.Vector("A"), Modality.Vector("B") }, NumberOfEpochs = 10 };
            var sweepable = ml.Auto().GradientBlending(options, task: GBlend.MLNet.AutoML.SweepTask.Binary);
            var start = sweepable.SearchSpace.Start();
            Console.WriteLine($"rate {start["LearningRate"].AsType<double>()}");
            var model = sweepable.BuildFromOption(ml, start).Fit(view);
            Console.WriteLine($"accuracy {ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(view)).Accuracy:P0}");

            if (args.Length > 0)
                await Page(view, view, options);

            async Task Page(IDataView train, IDataView choosing, GradientBlendingTrainer.Options trainerOptions)
            {
                {{CodeBlock().Matches(File.ReadAllText(Repository.PathTo("docs/sweeps.md")))[1].Groups["code"].Value}}
            }

            class Row
            {
                public bool Label { get; set; }
                [VectorType(1)] public float[] A { get; set; } = [];
                [VectorType(1)] public float[] B { get; set; } = [];
            }
            """;
        Dictionary<string, string> packages = new() { ["GBlend.MLNet.AutoML"] = "", [Libtorch] = LibtorchVersion, ["Microsoft.ML.AutoML"] = "0.99.0" };
        var run = packed.Run("WithAutoML", packages, program).MustSucceed();
        Assert.Contains("rate 0.05", run.Output);
        Assert.Matches(@"accuracy (9\d|100) ?%", run.Output);
    }

    /// <summary>The programs of the page from which somebody with the package alone writes programs.</summary>
    /// <param name="number">Which of them.</param>
    /// <param name="name">The name of its folder.</param>
    /// <param name="packages">The libraries' packages, separated by spaces.</param>
    /// <param name="expected">A pattern of its output.</param>
    [Theory]
    [InlineData(0, "SkillTable", "GBlend.MLNet", @"accuracy (9\d|100)[^\n]*\n[^\n]*pool[^\n]*\n[abc]\n")]
    [InlineData(1, "SkillMedia", "GBlend.MLNet GBlend.MLNet.Media", @"accuracy [\d.]+")]
    [InlineData(2, "SkillSweep", "GBlend.MLNet GBlend.MLNet.AutoML", "new GradientBlendingTrainer.Options")]
    public void A_program_of_the_skill_runs(int number, string name, string packages, string expected)
    {
        string[] programs = [.. CodeBlock().Matches(File.ReadAllText(Repository.PathTo("docs", "SKILL.md"))).Select(m => m.Groups["code"].Value)];
        Assert.Equal(3, programs.Length);
        var references = packages.Split(' ').ToDictionary(package => package, _ => "");
        references.Add(Libtorch, LibtorchVersion);
        if (references.ContainsKey("GBlend.MLNet.Media"))
            references.Add("OpenCvSharp4.official.runtime.linux-x64", "4.13.0.20260627");
        var run = packed.Run(name, references, programs[number], SkillFiles.Write).MustSucceed();
        Assert.Matches(expected, run.Output);
    }

    [GeneratedRegex("""<PackageReference Include="(?<package>[^"]+)" (?:/>|PrivateAssets)""")]
    private static partial Regex Reference();

    [GeneratedRegex("""<ProjectReference Include="[^"]*/(?<project>[^"/]+)\.csproj" """)]
    private static partial Regex ProjectReference();

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
