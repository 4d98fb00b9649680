using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

/// <summary>A model takes columns whose numbers mean what they meant in training, and no others.</summary>
public sealed class InputTypeTests
{
    private const int Height = 4, Width = 3, Channels = 2, Size = Height * Width * Channels;

    public sealed class Picture
    {
        public string Label { get; set; } = "";

        [VectorType(Height, Width, Channels)]
        public float[] Image { get; set; } = [];

        [VectorType(3)]
        public float[] Sound { get; set; } = [];

        public float Length { get; set; }
    }

    public sealed class Answered
    {
        public float[] Score { get; set; } = [];
    }

    private readonly MLContext _ml = new(1);
    private readonly List<Picture> _pictures = Pictures(40);

    public static TheoryData<string, string[], DataViewType> WrongColumns => new()
    {
        { "Image", ["Vector<Single, 4, 3, 2>", "Vector<Byte, 4, 3, 2>", "ConvertType"],
            new VectorDataViewType(NumberDataViewType.Byte, Height, Width, Channels) },
        { "Image", ["Vector<Single, 4, 3, 2>", "Vector<Int32, 4, 3, 2>", "ConvertType"],
            new VectorDataViewType(NumberDataViewType.Int32, Height, Width, Channels) },
        { "Image", ["Vector<Single, 4, 3, 2>", "Vector<Single, 2, 4, 3>", "[VectorType(4, 3, 2)]"],
            new VectorDataViewType(NumberDataViewType.Single, Channels, Height, Width) },
        { "Image", ["Vector<Single, 4, 3, 2>", "Vector<Single, 3, 4, 2>"], new VectorDataViewType(NumberDataViewType.Single, Width, Height, Channels) },
        { "Image", ["Vector<Single, 4, 3, 2>", "Vector<Single, 24>"], new VectorDataViewType(NumberDataViewType.Single, Size) },
        { "Image", ["Vector<Single, 4, 3, 2>", "Vector<Byte, 24>", "ConvertType", "[VectorType(4, 3, 2)]"],
            new VectorDataViewType(NumberDataViewType.Byte, Size) },
        { "Image", ["Vector<Single, 4, 3, 2>"], new VectorDataViewType(NumberDataViewType.Single) },
        { "Image", ["Vector<Single, 4, 3, 2>"], new VectorDataViewType(NumberDataViewType.Single, Height, 0, Channels) },
        { "Image", ["Vector<Single, 4, 3, 2>"], new VectorDataViewType(TextDataViewType.Instance, Height, Width, Channels) },
        { "Sound", ["Vector<Single, 3>", "Vector<UInt16, 3>", "ConvertType"], new VectorDataViewType(NumberDataViewType.UInt16, 3) },
        { "Sound", ["Vector<Single, 3>", "Vector<Single, 4>"], new VectorDataViewType(NumberDataViewType.Single, 4) },
        { "Sound", ["Vector<Single, 3>", "Key<UInt32, 0-2>"], new VectorDataViewType(new KeyDataViewType(typeof(uint), 3), 3) },
        { "Length", ["Single", "Int64", "ConvertType"], NumberDataViewType.Int64 },
    };

    [Theory]
    [MemberData(nameof(WrongColumns))]
    public void Scoring_of_another_type_than_in_training_is_refused(string column, string[] parts, DataViewType found)
    {
        using var model = Fit(View());
        var other = With(column, found);
        foreach (var refused in new Action[] { () => model.GetOutputSchema(other), () => model.Transform(Empty(other)),
            () => ((ITransformer)model).GetRowToRowMapper(other) })
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(refused);
            Assert.Contains($"Schema mismatch for modality column '{column}'", error.Message);
            Assert.Contains("as in training", error.Message);
            Assert.All(parts, part => Assert.Contains(part, error.Message));
        }
    }

    [Fact]
    public void PredictionEngine_over_bytes_for_a_model_of_floats_is_refused()
    {
        using var model = Fit(View());
        var bytes = SchemaDefinition.Create(typeof(BytePicture));
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Model.CreatePredictionEngine<BytePicture, Answered>(model, inputSchemaDefinition: bytes));
        Assert.Contains("modality column 'Image'", error.Message);
        var loaded = Reloaded(model);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<BytePicture, Answered>(loaded, inputSchemaDefinition: bytes));
    }

    [Fact]
    public void Scoring_of_doubles_and_of_dimensions_of_one_gives_the_same_bits()
    {
        var view = View();
        using var model = Fit(view);
        var expected = model.Transform(view).GetColumn<float[]>("Score").ToList();
        var doubles = _ml.Transforms.Conversion.ConvertType([new("Image"), new("Sound"), new("Length")], DataKind.Double).Fit(view).Transform(view);
        Assert.Equal(expected, model.Transform(doubles).GetColumn<float[]>("Score"));
        Assert.Equal(expected, Reloaded(model).Transform(doubles).GetColumn<float[]>("Score"));

        var definition = SchemaDefinition.Create(typeof(Picture));
        definition["Image"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1, Height, Width, Channels);
        definition["Sound"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3, 1);
        var ones = _ml.Transforms.Concatenate("Length", "Length").Fit(view).Transform(Keyed(_ml.Data.LoadFromEnumerable(_pictures, definition)));
        Assert.Equal("Vector<Single, 1>", ones.Schema["Length"].Type.ToString());
        Assert.Equal(expected, model.Transform(ones).GetColumn<float[]>("Score"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Scoring_by_a_model_whose_file_says_no_item_type_is_refused_where_that_can_be_told(bool isBytes)
    {
        var view = isBytes ? Bytes() : View();
        using var model = Fit(view);
        using MemoryStream settings = new(), weights = new();
        model.Use(m => m.Save(settings, weights));
        var content = JsonNode.Parse(settings.ToArray())!.AsObject();
        Assert.All(content["modalities"]!.AsArray(), m => Assert.True(m!.AsObject().Remove("item")));
        weights.Position = 0;
        using var old = new GradientBlendingTransformer(
            TrainedModel.Load(new MemoryStream(Encoding.UTF8.GetBytes(content.ToJsonString())), weights, TrainingDevice.Cpu, null, true), model.Label, false,
                TrainingDevice.Cpu);
        Assert.Equal(model.Transform(view).GetColumn<float[]>("Score"), old.Transform(view).GetColumn<float[]>("Score"));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => old.Transform(isBytes ? View() : Bytes()));
        Assert.Contains($"Vector<{(isBytes ? "Byte" : "Single")}, 4, 3, 2>", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => old.GetOutputSchema(With("Sound", new VectorDataViewType(NumberDataViewType.Single, 4))));
        old.GetOutputSchema(With("Sound", new VectorDataViewType(NumberDataViewType.UInt16, 3), isBytes));
    }

    [Fact]
    public void Fit_from_a_model_of_another_item_type_is_refused()
    {
        static Modality Sound() => Modality.Vector("Sound", Encoders.Mlp(4));
        var floats = View();
        var numbers = _ml.Transforms.CustomMapping<Sounding, Counting>(
            (from, to) => to.Sound = [.. from.Sound.Select(v => (int)(9 * v))], null).Fit(floats).Transform(floats);
        using var model = Fit(numbers, Sound());
        Fit(numbers, Sound().WithEncoderOf(model)).Dispose();
        var error = Assert.Throws<ArgumentException>(() => Fit(floats, Sound().WithEncoderOf(model)));
        Assert.Contains("'Sound' can't start from the given model", error.Message);
        Assert.Contains("Int32", error.Message);
        Assert.Contains("Single", error.Message);
    }

    [Fact]
    public void ForFeatureImportance_of_a_column_of_bytes_takes_it_as_floats()
    {
        var view = Bytes();
        using var model = Fit(view);
        var floats = _ml.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Single).Fit(view).Transform(view);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Transform(floats));
        Assert.Equal(Size, _ml.MulticlassClassification.PermutationFeatureImportance(model.ForFeatureImportance("Image"), floats).Length);
    }

    [Fact]
    public void ForFeatureImportance_of_numbers_that_are_no_floats_says_what_to_do()
    {
        var view = Bytes();
        using var model = Fit(view);
        var error = Assert.ThrowsAny<Exception>(
            () => _ml.MulticlassClassification.PermutationFeatureImportance(model.ForFeatureImportance("Image"), view)).GetBaseException();
        Assert.Contains("ConvertType(\"Image\")", error.Message);
        Assert.Throws<ArgumentNullException>(() => model.ForFeatureImportance(null!));
    }

    private GradientBlendingTransformer Fit(IDataView view, params Modality[] modalities)
    {
        if (modalities.Length == 0)
            modalities = [Modality.Image("Image", Encoders.Mlp(4)), Modality.Vector("Sound", Encoders.Mlp(4)), Modality.Vector("Length", Encoders.Mlp(2))];
        return _ml.Trainer(o =>
        {
            o.Modalities.Clear();
            Array.ForEach(modalities, o.Modalities.Add);
            o.NumberOfEpochs = 1;
        }).Fit(view);
    }

    private IDataView Keyed(IDataView view) => _ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);

    private IDataView View() => Keyed(_ml.Data.LoadFromEnumerable(_pictures));

    private IDataView Bytes() => Keyed(_ml.Data.LoadFromEnumerable(_pictures.Select(p => new BytePicture
    {
        Label = p.Label,
        Image = [.. p.Image.Select(v => (byte)(255 * v))],
        Sound = p.Sound,
        Length = p.Length,
    })));

    /// <summary>The schema of the pictures with one column of another type.</summary>
    private static DataViewSchema With(string column, DataViewType type, bool isBytes = false)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var (name, given) in new (string, DataViewType)[]
        {
            ("Image", new VectorDataViewType(isBytes ? NumberDataViewType.Byte : NumberDataViewType.Single, Height, Width, Channels)),
            ("Sound", new VectorDataViewType(NumberDataViewType.Single, 3)),
            ("Length", NumberDataViewType.Single),
        })
        {
            builder.AddColumn(name, name == column ? type : given);
        }
        return builder.ToSchema();
    }

    private IDataView Empty(DataViewSchema schema) => new EmptyView(schema);

    private ITransformer Reloaded(ITransformer model)
    {
        using var file = new MemoryStream();
        _ml.Model.Save(model, View().Schema, file);
        file.Position = 0;
        return new MLContext(9).Model.Load(file, out _);
    }

    private static List<Picture> Pictures(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i => new Picture
        {
            Label = "c" + i % 2,
            Image = [.. Enumerable.Range(0, Size).Select(_ => random.NextSingle() / 2 + i % 2 * 0.5f)],
            Sound = [random.NextSingle(), i % 2, i % 3],
            Length = random.NextSingle(),
        })];
    }

    public sealed class BytePicture
    {
        public string Label { get; set; } = "";

        [VectorType(Height, Width, Channels)]
        public byte[] Image { get; set; } = [];

        [VectorType(3)]
        public float[] Sound { get; set; } = [];

        public float Length { get; set; }
    }

    private sealed class Sounding
    {
        [VectorType(3)]
        public float[] Sound { get; set; } = [];
    }

    private sealed class Counting
    {
        [VectorType(3)]
        public int[] Sound { get; set; } = [];
    }

    private sealed class EmptyView(DataViewSchema schema) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => schema;

        public long? GetRowCount() => 0;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => throw new NotSupportedException();

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            throw new NotSupportedException();
    }
}
