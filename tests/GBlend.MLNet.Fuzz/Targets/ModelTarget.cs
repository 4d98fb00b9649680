using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using GBlend.MLNet.Tests;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Fuzz;

/// <summary>Model files: loaded, and what loads scores rows.</summary>
internal sealed partial class ModelTarget : Target
{
    private const string Settings = "settings.json", Schema = "schema.json", Media = "media.json", Weights = "weights.safetensors";

    private static readonly string[] s_entries = [Settings, Schema, Media, Weights];

    private readonly MLContext _ml = new(1);
    private readonly Dictionary<string, byte[]?> _right = [];
    private IDataView? _rows;

    internal override string Name => "models";

    internal override int Megabytes => 192;

    private IDataView Rows => _rows ??= FuzzRow.View(_ml, 4);

    internal override void WriteSeeds(string folder, int most) => ModelSeeds.Write(folder, most);

    internal override Mutant Mutate(Seed seed, Seed other, Random random)
    {
        if (random.Next(3) == 0)
        {
            Mutant mutant;
            // What is ML.NET's own has no checksum, and its reader may not come to an end.
            do
                mutant = base.Mutate(seed, other, random);
            while (HasForeignDamage(mutant));
            return mutant;
        }
        var zip = new ModelZip(seed.Content);
        string[] entries = [.. s_entries.Where(entry => zip.Names.Any(name => name.EndsWith(entry, StringComparison.Ordinal)))];
        string entry = entries[random.Next(entries.Length)];
        bool isResealed = random.Next(3) != 0;
        byte[] content;
        string what;
        if (entry != Weights && random.Next(2) == 0)
        {
            (string path, string value, content) = JsonAlterations.Draw(zip[entry], random);
            what = $"{path} = {value}";
        }
        else
            (content, what) = Mutation.Of(zip[entry], Another(entry, other) ?? zip[entry], random);
        zip = isResealed ? zip.Reseal(entry, content) : zip.Set(entry, content);
        return new(seed, other, zip.ToArray(), $"{entry}{(isResealed ? " with its checksum" : "")}: {what}") { IsResealed = isResealed };
    }

    internal override bool Read(Mutant mutant, string path)
    {
        ITransformer model;
        try
        {
            model = _ml.Model.Load(path, out _);
        }
        catch (Exception e) when (IsDocumented(e))
        {
            return false;
        }
        try
        {
            byte[]? answer = Answer(model);
            if (!mutant.IsResealed && answer is not null && !IsRight(mutant.Seed, answer) && !IsRight(mutant.Other, answer))
                throw new FindingException("another answer where a checksum should refuse", "the model scores otherwise than the one that was saved");
            return true;
        }
        finally
        {
            (model as IDisposable)?.Dispose();
        }
    }

    private static byte[]? Another(string entry, Seed other)
    {
        var zip = new ModelZip(other.Content);
        return zip.Names.Any(name => name.EndsWith(entry, StringComparison.Ordinal)) ? zip[entry] : null;
    }

    /// <summary>Whether ML.NET's part of the file, the schema of the data, is there and is none that was saved.</summary>
    private static bool HasForeignDamage(Mutant mutant)
    {
        const string Part = "Schema";
        try
        {
            var zip = new ModelZip(mutant.Content);
            return zip.Names.Contains(Part)
                && !new[] { mutant.Seed, mutant.Other }.Any(seed => new ModelZip(seed.Content)[Part].AsSpan().SequenceEqual(zip[Part]));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IOException or NotSupportedException)
        {
            // .NET refuses the zip, or something in it.
            return false;
        }
    }

    /// <summary>Our steps refuse with one exception. What ML.NET and .NET say of a zip and of the headers in it is theirs.</summary>
    private static bool IsDocumented(Exception e)
    {
        var cause = e.GetBaseException();
        return cause is InvalidDataException || (cause is not OutOfMemoryException && !OwnCode().IsMatch(cause.StackTrace ?? ""));
    }

    [GeneratedRegex(@"at GBlend\.MLNet\.(?!Fuzz)")]
    private static partial Regex OwnCode();

    private bool IsRight(Seed seed, byte[] answer)
    {
        if (!_right.TryGetValue(seed.Name, out byte[]? right))
        {
            var model = _ml.Model.Load(new MemoryStream(seed.Content), out _);
            _right[seed.Name] = right = Answer(model);
            (model as IDisposable)?.Dispose();
        }
        return right is not null && answer.AsSpan().SequenceEqual(right);
    }

    /// <summary>
    /// What the steps of these libraries make of the rows; <see langword="null"/> where ML.NET's own headers, which have no checksum, left none of them,
    /// or where they are told to read other columns.
    /// </summary>
    private byte[]? Answer(ITransformer model)
    {
        ITransformer[] steps = model is IEnumerable<ITransformer> chain ? [.. chain] : [model];
        var answer = new List<byte>();
        int own = 0;
        var view = Rows;
        foreach (var step in steps)
        {
            if (step is not (GradientBlendingTransformer or MediaTransformer))
                continue;
            own++;
            try
            {
                view = step.Transform(view);
            }
            catch (ArgumentOutOfRangeException e) when (e.ParamName is "schema" or "input" or "inputSchema")
            {
                return null;
            }
            if (step is GradientBlendingTransformer)
                Add(answer, view, "Score");
            else if (step is MediaTransformer media)
                AddMedia(answer, view, media);
        }
        return own == steps.Length ? [.. answer] : null;
    }

    private static void Add(List<byte> answer, IDataView view, string column)
    {
        if (view.Schema[column].Type is VectorDataViewType)
        {
            foreach (float[] row in view.GetColumn<float[]>(column))
                answer.AddRange(MemoryMarshal.AsBytes<float>(row));
        }
        else
            answer.AddRange(MemoryMarshal.AsBytes<float>(view.GetColumn<float>(column).ToArray()));
    }

    /// <summary>Steps that read files find none; what they would make is in their types.</summary>
    private static void AddMedia(List<byte> answer, IDataView view, MediaTransformer media)
    {
        var column = view.Schema[media.OutputColumnName];
        answer.AddRange(System.Text.Encoding.UTF8.GetBytes($"{column.Name} {column.Type}"));
        if (column.Type is VectorDataViewType { Size: < 1_000_000 } type && type.ItemType.RawType == typeof(int))
        {
            foreach (int[] row in view.GetColumn<int[]>(column.Name))
                answer.AddRange(MemoryMarshal.AsBytes<int>(row));
        }
        else if (column.Type is VectorDataViewType { Size: < 1_000_000 } flow && flow.ItemType.RawType == typeof(float))
        {
            try
            {
                Add(answer, view, column.Name);
            }
            catch (InvalidDataException)
            {
                answer.Add(0);
            }
        }
    }
}
